import type * as tf from '@tensorflow/tfjs-core';
import { glKernel } from './glKernel';
import { half, script, type Drawing } from './program';

/** Which factor is read transposed. */
export type Form = 'ab' | 'abT' | 'aTb';

/** Lanes of the two texels whose products make a 2×2 block of the result. */
const LANES: Record<Form, string> = {
	ab: 'p.xxzz * q.xyxy + p.yyww * q.zwzw',
	abT: 'p.xxzz * q.xzxz + p.yyww * q.ywyw',
	aTb: 'p.xxyy * q.xyxy + p.zzww * q.zwzw'
};

/** Lanes of the two texels that lie beyond an odd inner size. */
const BEYOND: Record<Form, readonly [string, string]> = {
	ab: ['yw', 'zw'],
	abT: ['yw', 'yw'],
	aTb: ['zw', 'zw']
};

/** Rounds of a loop written out at a time: software renderers lose a quarter of their time to looping. */
const UNROLLED = 4;

/**
 * GLSL that does something for every whole number of a range, as `k`.
 *
 * @param from GLSL of the first
 * @param to GLSL of the one after the last
 */
export function eachBetween(from: string, to: string, body: string): string {
	const four = Array.from({ length: UNROLLED }, (_, i) => `{ int k = next + ${i}; ${body} }`);
	return `{
		int next = ${from}, end = ${to};
		for (; next + ${UNROLLED - 1} < end; next += ${UNROLLED}) {
			${four.join('\n\t\t\t')}
		}
		for (int k = next; k < end; k++) { ${body} }
	}`;
}

/** `eachBetween` from 0 to a known number. */
function eachOf(count: number, body: string): string {
	const whole = count - (count % UNROLLED);
	const copies = (first: string | number, number: number) =>
		Array.from({ length: number }, (_, i) => `{ int k = ${first} + ${i}; ${body} }`).join('\n\t\t');
	const loop = `for (int next = 0; next < ${whole}; next += ${UNROLLED}) {
		${copies('next', UNROLLED)}
	}`;
	return `${whole > 0 ? loop : ''}
	${copies(whole, count - whole)}`;
}

/**
 * GLSL that does something for every two numbers of a size, by `k`.
 *
 * @param size a number, or the name of a length
 * @param body for each two
 * @param odd for the last number of an odd size, which stands beside something beyond the edge
 */
export function eachPair(size: number | string, body: string, odd: string): string {
	if (typeof size === 'string') {
		return `${eachBetween('0', `${size} / 2`, body)}
	if (${size} % 2 == 1) { int k = ${size} / 2; ${odd} }`;
	}
	const rest = size % 2 === 1 ? `{ int k = ${half(size) - 1}; ${odd} }` : '';
	return `${eachOf(Math.floor(size / 2), body)}
	${rest}`;
}

/**
 * GLSL that adds a block of a product to `sum`, two terms of each number at a time.
 *
 * @param inner numbers to multiply and add up for each number of the result, or a length's name
 * @param a GLSL of the left factor's texel, by `k`
 * @param b GLSL of the right factor's texel, by `k`
 */
export function addProduct(form: Form, inner: number | string, a: string, b: string): string {
	const [aBeyond, bBeyond] = BEYOND[form];
	const read = `vec4 p = ${a}, q = ${b};`;
	return eachPair(
		inner,
		`${read} ${addBlock(form)}`,
		`${read} p.${aBeyond} = vec2(0); q.${bBeyond} = vec2(0); ${addBlock(form)}`
	);
}

/**
 * GLSL that sets `made[0]` and `made[1]` to blocks of two products with the same left factor.
 *
 * @param inner as `addProduct` takes it
 * @param a GLSL of the left factor's texel, by `k`
 * @param bs GLSL of the right factors' texels, by `k`
 */
export function addTwo(
	form: Form,
	inner: number | string,
	a: string,
	bs: readonly [string, string]
): string {
	const [aBeyond, bBeyond] = BEYOND[form];
	const read = `vec4 p = ${a};`;
	const term = (b: string, i: number, cut: string) =>
		`{ vec4 q = ${b}; ${cut} ${addBlock(form, `made[${i}]`)} }`;
	const whole = bs.map((b, i) => term(b, i, '')).join(' ');
	const last = bs.map((b, i) => term(b, i, `q.${bBeyond} = vec2(0);`)).join(' ');
	return `made[0] = vec4(0);
	made[1] = vec4(0);
	${eachPair(inner, `${read} ${whole}`, `${read} p.${aBeyond} = vec2(0); ${last}`)}`;
}

/** GLSL that adds the product of texels `p` and `q` to `sum`, or to what is named. */
export const addBlock = (form: Form, sum = 'sum'): string => `${sum} += ${LANES[form]};`;

const product = script(({ form, inner }: { form: Form; inner: number | 'inner' }) => {
	const left = form === 'aTb' ? 'aTexel(k, r)' : 'aTexel(r, k)';
	const right = form === 'abT' ? 'bTexel(c, k)' : 'bTexel(k, c)';
	return {
		code: `vec4 sum = vec4(0);
	${addProduct(form, inner, left, right)}
	return sum;`
	};
});

/** The program of one product of two matrices. */
export function productDrawing(
	form: Form,
	a: tf.TensorInfo,
	b: tf.TensorInfo,
	[rows, inner, columns]: readonly [number, number, number]
): Drawing {
	const drawing = { inputs: { a, b }, shape: [rows, columns] };
	return form === 'aTb'
		? // Weights' gradients add up over tokens.
			{ ...drawing, lengths: { inner }, script: product({ form, inner: 'inner' }) }
		: { ...drawing, script: product({ form, inner }) };
}

interface Sizes {
	readonly rows: number;
	readonly inner: number;
	readonly columns: number;
}

glKernel<'a' | 'b', Sizes>('Product', ({ a, b }, { rows, inner, columns }, { draw }) => [
	draw(productDrawing('ab', a, b, [rows, inner, columns]))
]);

glKernel<'a' | 'b' | 'dy', Sizes>(
	'ProductGradient',
	({ a, b, dy }, { rows, inner, columns }, { draw }) => [
		draw(productDrawing('abT', dy, b, [rows, columns, inner])),
		draw(productDrawing('aTb', a, dy, [inner, rows, columns]))
	]
);
