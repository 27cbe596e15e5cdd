import { describe, expect, test } from 'vitest';
import {
	crossEntropy,
	entropy,
	klDivergence,
	logSoftmax,
	logSumExp,
	sigmoid,
	softmax
} from '$lib/math/softmax';

describe('softmax', () => {
	test('of ln 1, ln 2, ln 5 is 1/8, 2/8, 5/8', () => {
		const shares = softmax([0, Math.log(2), Math.log(5)]);
		[0.125, 0.25, 0.625].forEach((share, i) => expect(shares[i]).toBeCloseTo(share, 15));
	});

	test('does not overflow and does not change with a constant added to all', () => {
		expect([...softmax([1000, 1000])]).toEqual([0.5, 0.5]);
		expect([...softmax([-1000, -1000])]).toEqual([0.5, 0.5]);
	});

	test('gives a logit of −∞ no share', () => {
		expect([...softmax([-Infinity, 3])]).toEqual([0, 1]);
	});

	test('is the exponential of logSoftmax', () => {
		expect(logSoftmax([1, 1])[0]).toBeCloseTo(-Math.log(2), 15);
	});

	test('has a sum whose logarithm is logSumExp', () => {
		expect(logSumExp([Math.log(3), Math.log(4)])).toBeCloseTo(Math.log(7), 15);
		expect(logSumExp([-Infinity, -Infinity])).toBe(-Infinity);
	});
});

describe('sigmoid', () => {
	test('is 1/2 at 0, 3/4 at ln 3, and mirrored', () => {
		expect(sigmoid(0)).toBe(0.5);
		expect(sigmoid(Math.log(3))).toBeCloseTo(0.75, 15);
		expect(sigmoid(-Math.log(3))).toBeCloseTo(0.25, 15);
	});

	test('stays finite far out', () => {
		expect([sigmoid(-1000), sigmoid(1000)]).toEqual([0, 1]);
	});
});

describe('losses and distances', () => {
	test('cross-entropy is minus the log of the right share', () => {
		expect(crossEntropy([0, Math.log(3)], 0)).toBeCloseTo(Math.log(4), 15);
		expect(crossEntropy([0, Math.log(3)], 1)).toBeCloseTo(Math.log(4 / 3), 15);
	});

	test('cross-entropy refuses a token without a logit', () => {
		expect(() => crossEntropy([0, 1], 2)).toThrow('no logit for token 2 among 2');
	});

	test('entropy is ln n for n equal shares and 0 for a sure one', () => {
		expect(entropy([0.25, 0.25, 0.25, 0.25])).toBeCloseTo(Math.log(4), 15);
		expect(entropy([0, 1])).toBe(0);
	});

	test('divergence is worked by hand: (1/2, 1/2) from (1/4, 3/4)', () => {
		const expected = 0.5 * Math.log(2) + 0.5 * Math.log(2 / 3);
		expect(klDivergence([0.5, 0.5], [0.25, 0.75])).toBeCloseTo(expected, 15);
	});

	test('divergence is 0 from itself, ∞ from what rules it out', () => {
		expect(klDivergence([0.3, 0.7], [0.3, 0.7])).toBe(0);
		expect(klDivergence([0.5, 0.5], [1, 0])).toBe(Infinity);
		expect(klDivergence([1, 0], [0.5, 0.5])).toBeCloseTo(Math.log(2), 15);
		expect(() => klDivergence([1], [0.5, 0.5])).toThrow('got 1 and 2');
	});
});
