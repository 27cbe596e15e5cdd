import { describe, expect, test } from 'vitest';
import { changeOf, orderRipple } from '$lib/math/ripple';

const TOKENS = Array.from({ length: 16 }, (_, i) => i);
const CHUNK = 8;
/** Places in the first chunk and in the last. */
const [FAR, NEAR] = [
	[2, 5],
	[9, 12]
] as const;
/** The change at the output of the last token. */
const atEnd = (stack: string, places: readonly [number, number]) =>
	orderRipple(stack, CHUNK, TOKENS, places).at(-1)!.at(-1)!;

describe('the ripple of two tokens that change places', () => {
	test('starts with nothing: every embedding goes along with its token', () => {
		for (const rows of [
			orderRipple('cg', CHUNK, TOKENS, FAR),
			orderRipple('gg', CHUNK, TOKENS, NEAR)
		]) {
			expect(rows).toHaveLength(3);
			expect(rows[0]).toEqual(TOKENS.map(() => 0));
		}
	});

	test('of one NoPE layer stays between the two places, for there alone the crowds differ', () => {
		const [, after] = orderRipple('g', CHUNK, TOKENS, FAR);
		expect(TOKENS.filter((token) => after![token]! > 0)).toEqual([2, 3, 4, 5]);
	});

	test('of two NoPE layers comes to every later token, for they read those whose crowds differ', () => {
		const [, , after] = orderRipple('gg', CHUNK, TOKENS, FAR);
		expect(TOKENS.filter((token) => after![token]! > 0)).toEqual(TOKENS.slice(2));
	});

	test('of a chunked layer fills the rest of its chunk and never leaves it', () => {
		const rows = orderRipple('cccc', CHUNK, TOKENS, FAR);
		for (const row of rows.slice(1)) {
			expect(TOKENS.filter((token) => row[token]! > 0)).toEqual([2, 3, 4, 5, 6, 7]);
		}
	});

	test('crosses the wall where an open layer stands above one that knows places, not below them all', () => {
		for (const stack of ['cccg', 'ccgc', 'cgcc', 'gggg'])
			expect(atEnd(stack, FAR)).toBeGreaterThan(0);
		for (const stack of ['cccc', 'gccc', 'g']) expect(atEnd(stack, FAR)).toBe(0);
	});

	test('inside the last chunk comes to the last token from any chunked layer', () => {
		for (const stack of ['cccc', 'gccc', 'cccg']) expect(atEnd(stack, NEAR)).toBeGreaterThan(0);
		expect(atEnd('g', NEAR)).toBe(0);
	});

	test('is the same from the same seed, and nothing where both tokens are the same word', () => {
		const once = orderRipple('cccg', CHUNK, TOKENS, FAR);
		expect(orderRipple('cccg', CHUNK, TOKENS, FAR)).toEqual(once);
		expect(orderRipple('cccg', CHUNK, TOKENS, FAR, 2)).not.toEqual(once);
		const twins = TOKENS.with(5, 2);
		expect(orderRipple('cccg', CHUNK, twins, FAR).at(-1)?.at(-1)).toBe(0);
	});

	test('refuses places that the text does not have', () => {
		expect(() => orderRipple('c', CHUNK, TOKENS, [0, 16])).toThrow(RangeError);
	});
});

test('a change is told as a share of the vector, and rounding is none', () => {
	expect(changeOf([3, 4], [3, 4])).toBe(0);
	expect(changeOf([3, 4], [3, 9])).toBeCloseTo(1, 12);
	expect(changeOf([3, 4], [3, 4 + 1e-12])).toBe(0);
	expect(changeOf([3, 4], [3, 4.00001], 1e-3)).toBe(0);
});
