import { describe, expect, test } from 'vitest';
import { random } from '$lib/math/random';
import {
	drawSequence,
	entropyFloor,
	lawAfter,
	positionEntropies,
	stateMachine,
	type Generator
} from '$lib/tasks/generator';

/**
 * Two hidden states that share their first token, worked by hand. State 0 emits token 0 and goes to
 * 1 or 2 with equal chance; 1 emits token 0 with chance 3/4, else 1; 2 always emits token 1. Both
 * return to 0. So after "0" the next is 0 with chance 3/8, and after "0 1" we are back at the start.
 */
const hidden: Generator = stateMachine<number>(
	2,
	[{ probability: 1, state: 0, domain: 7 }],
	(state) =>
		[
			[
				{ probability: 0.5, token: 0, next: 1 },
				{ probability: 0.5, token: 0, next: 2 }
			],
			[
				{ probability: 0.75, token: 0, next: 0 },
				{ probability: 0.25, token: 1, next: 0 }
			],
			[{ probability: 1, token: 1, next: 0 }]
		][state]!
);
const binary = (p: number) => -p * Math.log(p) - (1 - p) * Math.log(1 - p);

describe('a generator', () => {
	test('gives the law that follows from all states the prefix may have led to', () => {
		expect(Array.from(lawAfter(hidden, [])!)).toEqual([1, 0]);
		expect(Array.from(lawAfter(hidden, [0])!)).toEqual([0.375, 0.625]);
		expect(Array.from(lawAfter(hidden, [0, 1])!)).toEqual([1, 0]);
	});

	test('has no law after a prefix that cannot occur', () => {
		expect(lawAfter(hidden, [1])).toBeNull();
		expect(lawAfter(hidden, [0, 1, 1, 0])).toBeNull();
		expect(lawAfter(hidden, [5])).toBeNull();
	});

	test('knows the exact entropy at each position', () => {
		const entropies = positionEntropies(hidden, 4);
		[0, binary(0.375), 0, binary(0.375)].forEach((expected, t) =>
			expect(entropies[t]).toBeCloseTo(expected, 12)
		);
	});

	test('counts positions from the second on in its floor', () => {
		expect(entropyFloor(hidden, 4)).toBeCloseTo((2 * binary(0.375)) / 3, 12);
		expect(entropyFloor(hidden, 1)).toBe(0);
	});

	test('draws exactly the length asked for and says the domain', () => {
		for (const length of [0, 1, 2, 31]) {
			const { tokens, domain } = drawSequence(hidden, random(1), length);
			expect(tokens).toHaveLength(length);
			expect(domain).toBe(7);
		}
	});

	test('draws the same sequence from the same seed', () => {
		const once = drawSequence(hidden, random(5), 40).tokens;
		expect(drawSequence(hidden, random(5), 40).tokens).toEqual(once);
		expect(drawSequence(hidden, random(6), 40).tokens).not.toEqual(once);
	});
});
