import { describe, expect, test } from 'vitest';
import { exponentOf, growthBetween } from '../../bench/growth';
import { pointsOf } from './measured';

describe('growth between two sizes', () => {
	test('is the median of the ratios of rounds, not the ratio of the medians', () => {
		// A busy moment hits the second round and doubles both of its times.
		const points = pointsOf({ 4: [10, 40, 20], 16: [1, 1, 1], 64: [13, 44, 22] });
		expect(growthBetween(points, 4, 64)).toMatchObject({ median: 1.1, count: 3 });
		expect(growthBetween(points, 4, 64).upper).toBeCloseTo(1.2, 12);
	});

	test('is no number where a size is missing', () => {
		expect(growthBetween(pointsOf({ 4: [10] }), 4, 64).median).toBeNaN();
		expect(growthBetween(pointsOf({ 64: [10] }), 4, 64).median).toBeNaN();
	});
});

describe('the exponent of a curve', () => {
	test('is the median of the powers that rounds follow', () => {
		const rounds = [1, 1.5, 3];
		const at = (x: number) => rounds.map((power) => 7 * x ** power);
		const { median, lower, upper } = exponentOf(pointsOf({ 2: at(2), 4: at(4), 8: at(8) }));
		expect(median).toBeCloseTo(1.5, 12);
		expect(lower).toBeCloseTo(1.25, 12);
		expect(upper).toBeCloseTo(2.25, 12);
	});

	test('is no number for a single size', () => {
		expect(exponentOf(pointsOf({ 4: [10, 11] })).median).toBeNaN();
	});
});
