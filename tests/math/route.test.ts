import { describe, expect, test } from 'vitest';
import { route, topK } from '$lib/math/route';
import { sigmoid } from '$lib/math/softmax';

describe('topK', () => {
	test('names the largest first', () => {
		expect(topK([1, 5, 3, 4], 3)).toEqual([1, 3, 2]);
	});

	test('takes the lower index of equal numbers', () => {
		expect(topK([2, 7, 7, 2], 3)).toEqual([1, 2, 0]);
		expect(topK([-Infinity, -Infinity], 1)).toEqual([0]);
	});

	test('counts NaN as smallest', () => {
		expect(topK([NaN, -9, 1], 2)).toEqual([2, 1]);
	});

	test.each([0, 3, 1.5, NaN])('refuses to choose %f of 2', (count) => {
		expect(() => topK([1, 2], count)).toThrow(`cannot choose ${count} of 2`);
	});
});

describe('route', () => {
	test('sends a token to the highest logit, gated by its sigmoid', () => {
		expect(route([1, 3, 2])).toEqual({ experts: [1], gates: [sigmoid(3)] });
	});

	test('gives each of several experts a sigmoid of its own, not scaled to sum to 1', () => {
		const { experts, gates } = route([0, 3, 3], 2);
		expect(experts).toEqual([1, 2]);
		expect(gates).toEqual([sigmoid(3), sigmoid(3)]);
		expect((gates[0] ?? 0) + (gates[1] ?? 0)).toBeGreaterThan(1.9);
	});

	test('by softmax (ours) takes shares of all experts: 1/8, 2/8 and 5/8', () => {
		const { experts, gates } = route([0, Math.log(2), Math.log(5)], 2, 'softmax');
		expect(experts).toEqual([2, 1]);
		expect(gates[0]).toBeCloseTo(0.625, 15);
		expect(gates[1]).toBeCloseTo(0.25, 15);
	});
});
