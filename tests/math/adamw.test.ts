import { describe, expect, test } from 'vitest';
import { adamWUpdate, clipFactor } from '$lib/math/adamw';

const SETTINGS = { learningRate: 0.1, beta1: 0.9, beta2: 0.99, eps: 0, weightDecay: 0 };
const FRESH = { weight: 2, mean: 0, square: 0 };

describe('adamWUpdate', () => {
	test('first moves by the learning rate against the sign of the gradient, whatever its size', () => {
		expect(adamWUpdate(FRESH, 5, 1, SETTINGS).weight).toBeCloseTo(1.9, 14);
		expect(adamWUpdate(FRESH, -1e-3, 1, SETTINGS).weight).toBeCloseTo(2.1, 14);
	});

	test('keeps running means, worked by hand over two steps', () => {
		const first = adamWUpdate(FRESH, 1, 1, SETTINGS);
		expect(first.mean).toBeCloseTo(0.1, 15);
		expect(first.square).toBeCloseTo(0.01, 15);
		const second = adamWUpdate(first, 3, 2, SETTINGS);
		expect(second.mean).toBeCloseTo(0.39, 15);
		expect(second.square).toBeCloseTo(0.0999, 15);
		const direction = 0.39 / 0.19 / Math.sqrt(0.0999 / 0.0199);
		expect(second.weight).toBeCloseTo(1.9 - 0.1 * direction, 13);
	});

	test('decays the weight apart from the gradient', () => {
		const { weight } = adamWUpdate(FRESH, 0, 1, { ...SETTINGS, eps: 1e-8, weightDecay: 0.5 });
		expect(weight).toBeCloseTo(2 * (1 - 0.1 * 0.5), 15);
	});

	test('stays where it is without gradient and decay', () => {
		expect(adamWUpdate(FRESH, 0, 1, { ...SETTINGS, eps: 1e-8 })).toEqual(FRESH);
	});
});

describe('clipFactor', () => {
	test('shortens what is too long to the limit', () => {
		expect(clipFactor(4, 1)).toBe(0.25);
		expect(clipFactor(0.5, 1)).toBe(1);
	});

	test('leaves everything as it is at limit 0', () => {
		expect(clipFactor(1e9, 0)).toBe(1);
	});
});
