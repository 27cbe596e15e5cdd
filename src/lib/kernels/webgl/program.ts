/**
 * WebGL programs on packed textures, the form in which TensorFlow.js keeps matrices on a graphics
 * processor: one texel holds the 2×2 block of rows 2r, 2r+1 and columns 2c, 2c+1 as `(x, y)` above
 * `(z, w)`. A tensor with more axes is a pile of such sheets, each with an even number of rows; a
 * vector is one row, so that a texel holds two of its numbers, in x and y.
 *
 * What lies beyond the edge of a tensor with odd sizes is zero in everything drawn here.
 */
import type * as tf from '@tensorflow/tfjs-core';

/** Values that JSON tells apart. */
type Plain =
	(number | string | boolean | null) | readonly Plain[] | { readonly [name: string]: Plain };

/** What a program computes, in GLSL. */
export interface Glsl {
	/** Functions that `code` calls. */
	readonly functions?: string;
	/**
	 * The body of `vec4 texel(int r, int c)`: the texel in row r and column c of the sheets. Where the
	 * drawing has a `count`, it is the body of `void texels(int r, int c)`, which sets
	 * `made[0]` and so on. For each input `a` there are
	 * - `vec4 aTexel(int r, int c)`: a texel,
	 * - `vec2 aRow(int row, int c)`: the part of a texel that lies in one row,
	 * - `float aAt(int row, int column)`: one number.
	 */
	readonly code: string;
}

/** GLSL that is written when nobody has the program yet. */
export interface Script {
	/** No two scripts with different GLSL share a key. */
	readonly key: string;
	readonly write: () => Glsl;
}

let written = 0;

/**
 * Names the one way to write some programs; to be called once, at the top of a module. GLSL depends on
 * the given sizes alone, so that they are the key of a program: to look it up, nothing is written.
 */
export function script<Sizes extends Plain | void = void>(
	write: (sizes: Sizes) => Glsl
): (sizes: Sizes) => Script {
	const number = written++;
	return (sizes) => ({ key: `${number} ${JSON.stringify(sizes)}`, write: () => write(sizes) });
}

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
	readonly script: Script;
}

/** Texels in half as many rows or columns. */
export const half = (length: number): number => Math.ceil(length / 2);

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

/** Width and height in texels. */
export interface TexelSize {
	readonly width: number;
	readonly height: number;
}

/** A number or two that a program gets when it is drawn. */
export interface Uniform {
	readonly name: string;
	readonly type: 'int' | 'float' | 'vec2' | 'ivec2';
	readonly value: readonly number[];
}

/**
 * What the code gets as numbers: its own, how far texels lie apart, and where edges are.
 *
 * @param textures sizes of the inputs' textures, in their order
 * @param drawn size of the texture that is drawn into
 */
export function uniformsOf(
	{ inputs, shape, lengths = {}, numbers = {} }: Drawing,
	textures: readonly TexelSize[],
	drawn: TexelSize
): Uniform[] {
	const steps = Object.keys(inputs).flatMap((name, i): Uniform[] => {
		const { width, height } = textures[i]!;
		return [
			{ name: `${name}Step`, type: 'vec2', value: [1 / width, 1 / height] },
			{ name: `${name}Wide`, type: 'float', value: [width] }
		];
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
