/**
 * Writes WebGL programs on packed textures, the form in which TensorFlow.js keeps matrices on a
 * graphics processor: one texel holds the 2×2 block of rows 2r, 2r+1 and columns 2c, 2c+1 as
 * `(x, y)` above `(z, w)`. A tensor with more axes is a pile of such sheets, each with an even
 * number of rows; a vector is one row, so that a texel holds two of its numbers, in x and y.
 *
 * What lies beyond the edge of a tensor with odd sizes is zero in everything drawn here.
 */
import * as tf from '@tensorflow/tfjs-core';

/** One program: what it reads, what it makes, and how. */
export interface Drawing {
	readonly inputs: Readonly<Record<string, tf.TensorInfo>>;
	/** Shape of the tensor that it makes. */
	readonly shape: readonly number[];
	/** How many tensors of this shape it makes at once, 4 at most unless the easel says more. */
	readonly count?: number;
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
	 * The body of `vec4 texel(int r, int c)`: the texel in row r and column c of the sheets. Where
	 * `count` is given, it is the body of `void texels(int r, int c)`, which sets
	 * `made[0]` and so on. For each input `a` there are
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

/** A number or two that a program gets when it is drawn. */
export interface Uniform {
	readonly name: string;
	readonly type: 'int' | 'float' | 'vec2' | 'ivec2';
	readonly value: readonly number[];
}

/** Width and height in texels. */
export interface TexelSize {
	readonly width: number;
	readonly height: number;
}

const NO_SIZE: TexelSize = { width: 0, height: 0 };

/**
 * What the code gets as numbers: its own, how far texels lie apart, and where edges are.
 *
 * @param textures sizes of the inputs' textures, in their order
 * @param drawn size of the texture that is drawn into
 */
export function uniformsOf(
	{ inputs, shape, lengths = {}, numbers = {} }: Drawing,
	textures: readonly TexelSize[] = [],
	drawn: TexelSize = NO_SIZE
): Uniform[] {
	const steps = Object.entries(inputs).flatMap(([name, info], i): Uniform[] => {
		const { width, height } = textures[i] ?? NO_SIZE;
		const step: Uniform = { name: `${name}Step`, type: 'vec2', value: [1 / width, 1 / height] };
		const wide: Uniform = { name: `${name}Wide`, type: 'float', value: [width] };
		return isFlat(info.shape) ? [step] : [step, wide];
	});
	const own = (type: 'int' | 'float', values: Readonly<Record<string, number>>) =>
		Object.entries(values).map(([name, value]): Uniform => ({ name, type, value: [value] }));
	const cut = [shape.at(-2) ?? 1, shape.at(-1) ?? 1].map((length) =>
		length % 2 === 0 ? -1 : half(length) - 1
	);
	return [
		...steps,
		...own('int', { ...lengths, drawnWidth: drawn.width }),
		...own('float', numbers),
		{ name: 'cut', type: 'ivec2', value: cut }
	];
}

/** The whole program. */
export function sourceOf(drawing: Drawing): string {
	const { inputs, shape, count = 1, functions = '', code } = drawing;
	const each = (line: (i: number) => string): string[] =>
		Array.from({ length: count }, (_, i) => line(i));
	const readers = Object.entries(inputs).map(([name, info]) => readersOf(name, info.shape));
	const body =
		drawing.count === undefined
			? `vec4 texel(int r, int c) {\n\t${code}\n}`
			: `void texels(int r, int c) {\n\t${code}\n}`;
	return `#version 300 es
precision highp float;
precision highp int;
precision highp sampler2D;
${uniformsOf(drawing)
	.map(({ name, type }) => `uniform ${type} ${name};`)
	.join('\n')}
${each((i) => `layout(location = ${i}) out vec4 drawn${i};`).join('\n')}
vec4 made[${count}];
${readers.join('')}
${functions}
${body}
void main() {
	${placeOf(shape)}
	${drawing.count === undefined ? 'made[0] = texel(r, c);' : 'texels(r, c);'}
	if (c == cut.y) { ${each((i) => `made[${i}].yw = vec2(0);`).join(' ')} }
	if (${shape.length < 3 ? 'r' : `r % ${half(shape.at(-2)!)}`} == cut.x) {
		${each((i) => `made[${i}].zw = vec2(0);`).join(' ')}
	}
	${each((i) => `drawn${i} = made[${i}];`).join(' ')}
}`;
}

/** Whether a tensor's sheets are as wide and high as its texture; a larger one is wrapped. */
function isFlat(shape: readonly number[]): boolean {
	const { rows, columns } = sheetOf(shape);
	return Math.max(rows, columns) <= tf.env().getNumber('WEBGL_MAX_TEXTURE_SIZE');
}

/** Name of an input's texture: not the input's own, which may be the name of a function of GLSL. */
export const samplerOf = (name: string): string => `${name}_`;

/**
 * The functions that read one input. Software renderers read faster by a place between 0 and 1 than
 * by `texelFetch`, which checks its bounds.
 */
function readersOf(name: string, shape: readonly number[]): string {
	const sampler = samplerOf(name);
	const fetch = isFlat(shape)
		? `return texture(${sampler}, (vec2(c, r) + 0.5) * ${name}Step);`
		: wrappedFetch(name, shape);
	return `
uniform sampler2D ${sampler};
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

/** Texels up to which floats find the row of one in a wrapped texture without a doubt. */
const SURE = 2 ** 20;

/** GLSL that reads a texel of sheets that wrap; floats divide much faster than whole numbers. */
function wrappedFetch(name: string, shape: readonly number[]): string {
	const { rows, columns } = sheetOf(shape);
	if (rows * columns > SURE) {
		return `int at = r * ${columns} + c, width = int(${name}Wide);
	return texelFetch(${samplerOf(name)}, ivec2(at % width, at / width), 0);`;
	}
	return `float at = float(r * ${columns} + c), row = floor((at + 0.5) * ${name}Step.x);
	vec2 place = vec2(at - row * ${name}Wide, row);
	return texture(${samplerOf(name)}, (place + 0.5) * ${name}Step);`;
}

/** GLSL of a whole number over another, and of what is left: shifts where that will do. */
export function divided(
	number: string,
	by: number
): { readonly whole: string; readonly rest: string } {
	const shift = Math.log2(by);
	return Number.isInteger(shift)
		? { whole: `((${number}) >> ${shift})`, rest: `((${number}) & ${by - 1})` }
		: { whole: `((${number}) / ${by})`, rest: `((${number}) % ${by})` };
}

/** Finds r and c of the texel to be made; a texture as wide as `drawnWidth` may wrap the sheets. */
function placeOf(shape: readonly number[]): string {
	if (isFlat(shape)) return 'int r = int(gl_FragCoord.y), c = int(gl_FragCoord.x);';
	const { rows, columns } = sheetOf(shape);
	const { whole, rest } = rows === 1 ? { whole: '0', rest: 'at' } : divided('at', columns);
	return `int at = int(gl_FragCoord.y) * drawnWidth + int(gl_FragCoord.x);
	int r = ${whole}, c = ${rest};`;
}
