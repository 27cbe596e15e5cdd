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
	/**
	 * Whole numbers that differ from one batch to the next, such as the number of tokens: `int`s in the
	 * code. Sizes of the model are better written into it, as every program is compiled once for them.
	 */
	readonly lengths?: Readonly<Record<string, number>>;
	/** Other numbers that change: `float`s in the code. */
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
	const { inputs, shape, dtype = 'float32' } = drawing;
	const uniforms = uniformsOf(drawing);
	const program: GPGPUProgram = {
		variableNames: Object.keys(inputs).map(samplerOf),
		outputShape: [...shape],
		packedInputs: true,
		packedOutput: true,
		// Without it, a program would be compiled anew for every length.
		enableShapeUniforms: true,
		customUniforms: uniforms.map(({ name, type }) => ({ name, type })),
		userCode: sourceOf(drawing)
	};
	const values = uniforms.map(({ value }) => [...value]);
	return backend.runWebGLProgram(program, Object.values(inputs), dtype, values);
}

interface Uniform {
	readonly name: string;
	readonly type: 'int' | 'float' | 'vec2' | 'ivec2';
	readonly value: readonly number[];
}

/** What the code gets as numbers: its own, how far texels lie apart, and where edges are. */
function uniformsOf({ inputs, shape, lengths = {}, numbers = {} }: Drawing): Uniform[] {
	const steps = Object.entries(inputs).map(([name, info]): Uniform => {
		const { rows, columns } = sheetOf(info.shape);
		return { name: `${name}Step`, type: 'vec2', value: [1 / columns, 1 / rows] };
	});
	const own = (type: 'int' | 'float', values: Readonly<Record<string, number>>) =>
		Object.entries(values).map(([name, value]): Uniform => ({ name, type, value: [value] }));
	const cut = [shape.at(-2) ?? 1, shape.at(-1) ?? 1].map((length) =>
		length % 2 === 0 ? -1 : half(length) - 1
	);
	return [
		...steps,
		...own('int', lengths),
		...own('float', numbers),
		{ name: 'cut', type: 'ivec2', value: cut }
	];
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
	if (c == cut.y) made.yw = vec2(0);
	if (${shape.length < 3 ? 'r' : `r % ${half(shape.at(-2)!)}`} == cut.x) made.zw = vec2(0);
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

/**
 * The functions that read one input. Software renderers read faster by a place between 0 and 1 than
 * by `texelFetch`, which checks its bounds.
 */
function readersOf(name: string, shape: readonly number[]): string {
	const sampler = samplerOf(name);
	const fetch = isFlat(shape)
		? `return texture(${sampler}, (vec2(c, r) + 0.5) * ${name}Step);`
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
