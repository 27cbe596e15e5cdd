import { expect, test } from 'vitest';
import { rmsNorm } from '$lib/math/norm';

test('divides by the root mean square: (3, 4) has √12.5', () => {
	const [a, b] = rmsNorm([3, 4], 0);
	expect(a).toBeCloseTo(3 / Math.sqrt(12.5), 15);
	expect(b).toBeCloseTo(4 / Math.sqrt(12.5), 15);
});

test('without a weight gives a length of √n, not 1', () => {
	const normed = rmsNorm([0.1, -5, 2, 7, 1, 1, 0, 3], 0);
	expect(normed.reduce((sum, x) => sum + x * x, 0)).toBeCloseTo(8, 12);
});

test('multiplies by the weight after dividing', () => {
	expect([...rmsNorm([2, 2], 0, [1, -3])]).toEqual([1, -3]);
});

test('adds eps under the root, so zeros stay zeros', () => {
	expect([...rmsNorm([0, 0], 1e-5)]).toEqual([0, 0]);
	expect([...rmsNorm([1, 1], 3)]).toEqual([0.5, 0.5]);
});
