import { describe, expect, test } from 'vitest';
import { random } from '$lib/math/random';

const draws = <T>(count: number, draw: () => T): T[] => Array.from({ length: count }, draw);

describe('random', () => {
	// Worked out by another program that follows the description of sfc32.
	test.each([
		[1, 0, [3219067074, 3573976570, 153132209, 3581883189]],
		[1, 5, [1814219388, 2091380001, 2280969254, 2246047691]],
		[2 ** 32 + 3, 0, [2923737746, 3112977561, 3969308321, 803253000]]
	])('of seed %i and stream %i gives the numbers of sfc32', (seed, stream, expected) => {
		const { next } = random(seed, stream);
		expect(draws(4, () => next() * 2 ** 32)).toEqual(expected);
	});

	test('gives the same numbers for the same seed and stream, others for others', () => {
		const run = (seed: number, stream?: number) => draws(8, random(seed, stream).next);
		expect(run(7)).toEqual(run(7, 0));
		expect(run(7)).not.toEqual(run(8));
		expect(run(7)).not.toEqual(run(7, 1));
		expect(run(7, 1)).not.toEqual(run(8, 0));
		expect(run(2 ** 32 + 7)).not.toEqual(run(7));
	});

	test('gives every one of 2,000 neighbouring seeds and streams a beginning of its own', () => {
		const starts = new Set<number>();
		for (let i = 0; i < 1000; i++) {
			starts.add(random(i).next());
			starts.add(random(0, i + 1).next());
		}
		expect(starts.size).toBe(2000);
	});
});

describe('next', () => {
	test('lies in [0, 1) and fills sixteen bins evenly', () => {
		const { next } = random(5);
		const bins = new Array<number>(16).fill(0);
		const values = draws(64_000, next);
		expect(values.every((value) => value >= 0 && value < 1)).toBe(true);
		for (const value of values) {
			const bin = Math.floor(value * 16);
			bins[bin] = (bins[bin] ?? 0) + 1;
		}
		// χ² with 15 degrees of freedom: above 37.7 once in a thousand.
		const chi = bins.reduce((sum, count) => sum + (count - 4000) ** 2 / 4000, 0);
		expect(chi).toBeLessThan(37.7);
	});

	test('does not foretell its successor', () => {
		const { next } = random(6);
		const values = draws(20_000, next).map((value) => value - 0.5);
		const product = values.reduce((sum, value, i) => sum + value * (values[i + 1] ?? 0), 0);
		expect(Math.abs(product / values.length / (1 / 12))).toBeLessThan(0.03);
	});
});

describe('integer', () => {
	test('draws every whole number below and no other', () => {
		const { integer } = random(2);
		expect(new Set(draws(1000, () => integer(7)))).toEqual(new Set([0, 1, 2, 3, 4, 5, 6]));
		expect(draws(10, () => integer(1))).toEqual(new Array(10).fill(0));
	});
});

describe('normal', () => {
	test('has the mean, variance, skew and kurtosis of a standard normal', () => {
		const values = draws(100_000, random(3).normal);
		const moment = (power: number) =>
			values.reduce((sum, value) => sum + value ** power, 0) / values.length;
		expect(moment(1)).toBeCloseTo(0, 1);
		expect(Math.abs(moment(1))).toBeLessThan(0.012);
		expect(Math.abs(moment(2) - 1)).toBeLessThan(0.02);
		expect(Math.abs(moment(3))).toBeLessThan(0.05);
		expect(Math.abs(moment(4) - 3)).toBeLessThan(0.15);
	});

	test('is always finite', () => {
		expect(draws(100_000, random(4).normal).every(Number.isFinite)).toBe(true);
	});
});
