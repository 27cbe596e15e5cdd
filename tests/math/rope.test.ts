import { describe, expect, test } from 'vitest';
import {
	inverseFrequencies,
	rotate,
	rotations,
	scaleFrequency,
	wavelength,
	type RopeSettings
} from '$lib/math/rope';

const SCOUT: RopeSettings = {
	theta: 500_000,
	scaling: { factor: 16, lowFactor: 1, highFactor: 1, originalLength: 8192 }
};
const MAVERICK: RopeSettings = { theta: 500_000, scaling: null };

describe('inverseFrequencies', () => {
	test('go from 1 down by powers of theta', () => {
		const found = inverseFrequencies(4, { theta: 10_000, scaling: null }, 'float64');
		expect([...found]).toEqual([1, 0.01]);
	});

	test('of Scout divide 29 of 64 by 16, from pair 35 on', () => {
		const plain = inverseFrequencies(128, MAVERICK);
		const scaled = inverseFrequencies(128, SCOUT);
		const ratios = Array.from(plain, (frequency, i) => frequency / (scaled[i] ?? 0));
		expect(ratios.slice(0, 35).every((ratio) => ratio === 1)).toBe(true);
		expect(ratios.slice(35)).toEqual(Array.from({ length: 29 }, () => 16));
		expect(wavelength(plain[34] ?? 0)).toBeLessThan(8192);
		expect(wavelength(plain[35] ?? 0)).toBeGreaterThan(8192);
	});

	test('are numbers that float32 has, unless float64 is asked for', () => {
		const single = inverseFrequencies(64, SCOUT);
		expect([...single]).toEqual([...Float32Array.from(single)]);
		const double = inverseFrequencies(64, SCOUT, 'float64');
		expect([...double]).not.toEqual([...Float32Array.from(double)]);
	});
});

describe('scaleFrequency', () => {
	const rule = { factor: 8, lowFactor: 1, highFactor: 4, originalLength: 1000 };
	const frequencyOf = (length: number) => (2 * Math.PI) / length;

	test('keeps short wavelengths and divides long ones', () => {
		expect(scaleFrequency(frequencyOf(249), rule, 'float64')).toBe(frequencyOf(249));
		expect(scaleFrequency(frequencyOf(1001), rule, 'float64')).toBe(frequencyOf(1001) / 8);
	});

	test('mixes between: at wavelength 400, half of each', () => {
		// kept = (1000 / 400 − 1) / (4 − 1) = 0.5
		const mixed = scaleFrequency(frequencyOf(400), rule, 'float64');
		expect(mixed / frequencyOf(400)).toBeCloseTo(0.5 / 8 + 0.5, 12);
	});

	test('divides nothing by nothing when the factors are equal and the wavelength is on the border', () => {
		const step = { factor: 16, lowFactor: 1, highFactor: 1, originalLength: 2 * Math.PI };
		expect(scaleFrequency(1, step, 'float64')).toBe(1);
		expect(scaleFrequency(0.999, step, 'float64')).toBe(0.999 / 16);
	});
});

describe('rotate', () => {
	test('turns adjacent pairs, the second slower: (1, 0) and (0, 1) at position 100', () => {
		const table = rotations([100], 4, { theta: 10_000, scaling: null }, 'float64');
		const turned = rotate([1, 0, 0, 1], table, 0);
		const expected = [Math.cos(100), Math.sin(100), -Math.sin(1), Math.cos(1)];
		turned.forEach((value, i) => expect(value).toBeCloseTo(expected[i] ?? NaN, 14));
	});

	test('leaves position 0 as it is', () => {
		expect([...rotate([1, 2, 3, 4], rotations([0], 4, SCOUT), 0)]).toEqual([1, 2, 3, 4]);
	});

	test('keeps the product of a query and a key that are as far apart', () => {
		const [q, k] = [
			[0.3, -1.2, 0.7, 2],
			[1.1, 0.4, -0.6, 0.2]
		];
		const table = rotations([3, 8, 103, 108], 4, MAVERICK, 'float64');
		const dot = (a: Float64Array, b: Float64Array) =>
			a.reduce((sum, value, i) => sum + value * (b[i] ?? NaN), 0);
		const near = dot(rotate(q, table, 1), rotate(k, table, 0));
		const far = dot(rotate(q, table, 3), rotate(k, table, 2));
		expect(far).toBeCloseTo(near, 12);
	});

	test('turns the angle of a far position as float32 does', () => {
		const position = 10_485_759;
		const { cos } = rotations([position], 128, SCOUT);
		const second = inverseFrequencies(128, SCOUT)[1] ?? NaN;
		expect(cos[1]).toBe(Math.fround(Math.cos(Math.fround(position * second))));
		const { cos: exact } = rotations([position], 128, SCOUT, 'float64');
		expect(Math.abs((cos[1] ?? 0) - (exact[1] ?? 0))).toBeGreaterThan(1e-3);
	});
});
