import { describe, expect, test } from 'vitest';
import { fitExponent, quantile, spread } from '../../bench/spread';

describe('spread', () => {
	test('gives the middle of the times and the middle half of them', () => {
		expect(spread([5, 1, 3, 2, 4])).toEqual({ median: 3, lower: 2, upper: 4, count: 5 });
	});

	test('lies between two times where their number is even', () => {
		expect(quantile([1, 2, 3, 10], 0.5)).toBe(2.5);
	});
});

describe('fitExponent', () => {
	test('finds the power that the points follow', () => {
		const points = [1, 2, 4, 8].map((x) => ({ x, y: 3 * x ** 1.5 }));
		expect(fitExponent(points)).toBeCloseTo(1.5, 12);
	});

	test('is 0 where time does not grow', () => {
		expect(
			fitExponent([
				{ x: 4, y: 7 },
				{ x: 64, y: 7 }
			])
		).toBe(0);
	});
});
