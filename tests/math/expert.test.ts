import { describe, expect, test } from 'vitest';
import { product, silu, swiGlu } from '$lib/math/expert';

describe('product', () => {
	test('multiplies a row by an input-major matrix', () => {
		expect([...product([1, 2], [1, 10, 100, 3, 30, 300], 3)]).toEqual([7, 70, 700]);
	});

	test('starts where it is told to', () => {
		expect([...product([2], [9, 9, 5, 6], 2, 2)]).toEqual([10, 12]);
	});

	test('refuses a matrix that is too short', () => {
		expect(() => product([1, 2], [1, 2, 3], 2)).toThrow('3 weights are too few for 2 × 2');
	});
});

describe('swiGlu', () => {
	test('is silu of the gate times up: silu(ln 3) is 3/4 of ln 3', () => {
		const [first, second] = swiGlu([Math.log(3), 0], [4, 7]);
		expect(first).toBeCloseTo(3 * Math.log(3), 14);
		expect(second).toBe(0);
	});

	test('is not even: half the input does not give half the output', () => {
		expect(silu(1) / 2).not.toBeCloseTo(silu(0.5), 2);
		expect(silu(0)).toBe(0);
	});
});
