import { describe, expect, test } from 'vitest';
import { balanceLoss, imbalance, load, zLoss } from '$lib/math/balance';

describe('load', () => {
	test('is the share of choices of each expert', () => {
		expect([...load([0, 2, 2, 2], 4)]).toEqual([0.25, 0, 0.75, 0]);
	});

	test('is 0 everywhere without a choice', () => {
		expect([...load([], 2)]).toEqual([0, 0]);
	});
});

describe('imbalance', () => {
	test('is 1 when all are equal and the number of experts when one takes all', () => {
		expect(imbalance([0.25, 0.25, 0.25, 0.25])).toBe(1);
		expect(imbalance([0, 1, 0, 0])).toBe(4);
		expect(imbalance([0.25, 0.75])).toBe(1.5);
	});
});

describe('balanceLoss', () => {
	const ln3 = Math.log(3);

	test('is 1 when load and shares are even', () => {
		expect(balanceLoss(Float64Array.of(0, 0, 0, 0), [0, 1], 2)).toBeCloseTo(1, 15);
	});

	test('is worked by hand: shares 3/4 and 1/4, all tokens to expert 0', () => {
		// E · Σ load · P = 2 · (1 · 3/4 + 0 · 1/4)
		expect(balanceLoss(Float64Array.of(ln3, 0, ln3, 0), [0, 0], 2)).toBeCloseTo(1.5, 14);
	});

	test('takes the mean of the shares over the tokens', () => {
		// P = ((3/4 + 1/4) / 2, …) = (1/2, 1/2)
		expect(balanceLoss(Float64Array.of(ln3, 0, 0, ln3), [0, 0], 2)).toBeCloseTo(1, 14);
	});
});

describe('zLoss', () => {
	test('is the mean square of the log of the summed exponentials', () => {
		const logits = Float64Array.of(0, 0, Math.log(3), 0);
		expect(zLoss(logits, 2)).toBeCloseTo((Math.log(2) ** 2 + Math.log(4) ** 2) / 2, 14);
	});
});
