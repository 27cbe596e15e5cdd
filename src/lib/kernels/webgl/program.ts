/**
 * Builds and draws WebGL programs on packed textures, the form in which TensorFlow.js keeps matrices
 * on a graphics processor: one texel holds the 2×2 block of rows 2r, 2r+1 and columns 2c, 2c+1 as
 * `(x, y)` above `(z, w)`. A tensor with more axes is a pile of such sheets, each with an even
 * number of rows; a vector is one row, so that a texel holds two of its numbers, in x and y.
 *
 * What lies beyond the edge of a tensor with odd sizes is zero in everything drawn here.
 */
import type { GPGPUProgram, MathBackendWebGL } from '@tensorflow/tfjs-backend-webgl';
import * as tf from '@tensorflow/tfjs-core';

/** One program: what it reads, what it makes, and how. */
export interface Drawing {
	readonly inputs: Readonly<Record<string, tf.TensorInfo>>;
	/** Shape of the tensor that it makes. */
	readonly shape: readonly number[];
	readonly dtype?: 'float32' | 'int32';
	/** Numbers that change from one draw to the next; all others are better written into the code. */
	readonly numbers?: Readonly<Record<string, number>>;
	/** GLSL functions that `code` calls. */
	readonly functions?: string;
	/**
	 * The body of `vec4 texel(int r, int c)`: the texel in row r and column c of the sheets. For each
	 * input `a` there are
	 * - `vec4 aTexel(int r, int c)`: a texel,
	 * - `vec2 aRow(int row, int c)`: the part of a texel that lies in one row,
	 * - `float aAt(int row, int column)`: one number.
	 */
	readonly code: string;
}

/** Texels in half as many rows or columns. */
export const half = (length: number): number => Math.ceil(length / 2);

/** Rows and columns of texels that a tensor takes. */
function sheetOf(shape: readonly number[]): { rows: number; columns: number } {
	const [columns, rows] = [shape.at(-1) ?? 1, shape.at(-2) ?? 1];
	const sheets = shape.slice(0, -2).reduce((product, length) => product * length, 1);
	return { rows: sheets * half(rows), columns: half(columns) };
}

/** Runs a program; the caller owns what it made. */
export function draw(backend: MathBackendWebGL, drawing: Drawing): tf.TensorInfo {
	const { inputs, shape, dtype = 'float32', numbers = {} } = drawing;
	const program: GPGPUProgram = {
		variableNames: Object.keys(inputs).map(samplerOf),
		outputShape: [...shape],
		packedInputs: true,
		packedOutput: true,
		customUniforms: Object.keys(numbers).map((name) => ({ name, type: 'float' })),
		userCode: sourceOf(drawing)
	};
	const values = Object.values(numbers).map((value) => [value]);
	return backend.runWebGLProgram(program, Object.values(inputs), dtype, values);
}

function sourceOf({ inputs, shape, functions = '', code }: Drawing): string {
	const readers = Object.entries(inputs).map(([name, info]) => readersOf(name, info.shape));
	return `${readers.join('')}
${functions}
vec4 texel(int r, int c) {
	${code}
}
void main() {
	${placeOf(shape)}
	vec4 made = texel(r, c);
	${edgeOf(shape)}
	setOutput(made);
}`;
}

/** Whether a tensor's sheets are as wide and high as its texture; a larger one is wrapped. */
function isFlat(shape: readonly number[]): boolean {
	const { rows, columns } = sheetOf(shape);
	return Math.max(rows, columns) <= tf.env().getNumber('WEBGL_MAX_TEXTURE_SIZE');
}

/** Name of an input's texture: not the input's own, which may be the name of a function of GLSL. */
const samplerOf = (name: string) => `${name}_`;

/** The functions that read one input. */
function readersOf(name: string, shape: readonly number[]): string {
	const sampler = samplerOf(name);
	const fetch = isFlat(shape)
		? `return texelFetch(${sampler}, ivec2(c, r), 0);`
		: `int at = r * ${sheetOf(shape).columns} + c, width = textureSize(${sampler}, 0).x;
	return texelFetch(${sampler}, ivec2(at % width, at / width), 0);`;
	return `
vec4 ${name}Texel(int r, int c) {
	${fetch}
}
vec2 ${name}Row(int row, int c) {
	vec4 block = ${name}Texel(row >> 1, c);
	return (row & 1) == 0 ? block.xy : block.zw;
}
float ${name}At(int row, int column) {
	vec2 pair = ${name}Row(row, column >> 1);
	return (column & 1) == 0 ? pair.x : pair.y;
}`;
}

/** Finds r and c of the texel to be made. */
function placeOf(shape: readonly number[]): string {
	if (isFlat(shape)) return 'int r = int(gl_FragCoord.y), c = int(gl_FragCoord.x);';
	switch (shape.length) {
		case 1:
			return 'int r = 0, c = getOutputCoords() / 2;';
		case 2:
			return 'ivec2 place = getOutputCoords(); int r = place.x / 2, c = place.y / 2;';
		default:
			return `ivec3 place = getOutputCoords();
	int r = place.x * ${half(shape.at(-2)!)} + place.y / 2, c = place.z / 2;`;
	}
}

/** Clears what lies beyond the edge. */
function edgeOf(shape: readonly number[]): string {
	const [rows, columns] = [shape.at(-2) ?? 1, shape.at(-1) ?? 1];
	const clear = (length: number, place: string, lanes: string) =>
		length % 2 === 0 ? '' : `if (${place} == ${half(length) - 1}) made.${lanes} = vec2(0);`;
	return clear(columns, 'c', 'yw') + clear(rows, `r % ${half(rows)}`, 'zw');
}
