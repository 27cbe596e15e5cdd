import { describe, expect, test } from 'vitest';
import { random, type Random } from '$lib/math/random';
import { draw, sampleToken, samplingDistribution } from '$lib/math/sample';

/** Logits of the shares 1/2, 1/4, 1/8, 1/8. */
const LOGITS = [Math.log(4), Math.log(2), 0, 0];

function expectShares(found: Float64Array, expected: readonly number[]): void {
	expect(found).toHaveLength(expected.length);
	expected.forEach((share, i) => expect(found[i]).toBeCloseTo(share, 14));
}

describe('samplingDistribution', () => {
	test('is the softmax when nothing is set', () => {
		expectShares(samplingDistribution(LOGITS), [0.5, 0.25, 0.125, 0.125]);
	});

	test('takes the likeliest alone at temperature 0, the lower of equals', () => {
		expectShares(samplingDistribution([1, 3, 3], { temperature: 0 }), [0, 1, 0]);
	});

	test('squares the shares at temperature 1/2', () => {
		const sum = 16 + 4 + 1 + 1;
		const expected = [16 / sum, 4 / sum, 1 / sum, 1 / sum];
		expectShares(samplingDistribution(LOGITS, { temperature: 0.5 }), expected);
	});

	test('keeps the k likeliest', () => {
		expectShares(samplingDistribution(LOGITS, { topK: 2 }), [2 / 3, 1 / 3, 0, 0]);
		expectShares(samplingDistribution(LOGITS, { topK: 99 }), [0.5, 0.25, 0.125, 0.125]);
	});

	test('keeps the fewest likeliest that reach p, always one at least', () => {
		expectShares(samplingDistribution(LOGITS, { topP: 0.6 }), [2 / 3, 1 / 3, 0, 0]);
		expectShares(samplingDistribution(LOGITS, { topP: 0.49 }), [1, 0, 0, 0]);
		expectShares(samplingDistribution(LOGITS, { topP: 1e-9 }), [1, 0, 0, 0]);
	});

	test('never draws a token whose logit is −∞', () => {
		expectShares(samplingDistribution([-Infinity, 0, 0], { topK: 3 }), [0, 0.5, 0.5]);
	});

	test('does not overflow at a tiny temperature', () => {
		expectShares(samplingDistribution([5, 4], { temperature: 1e-6 }), [1, 0]);
	});

	test.each([
		[{ temperature: -1 }, 'temperature'],
		[{ temperature: NaN }, 'temperature'],
		[{ topK: 0 }, 'topK'],
		[{ topK: 1.5 }, 'topK'],
		[{ topP: 0 }, 'topP'],
		[{ topP: 2 }, 'topP']
	])('refuses %o', (sampling, name) => {
		expect(() => samplingDistribution(LOGITS, sampling)).toThrow(name);
	});

	test('refuses logits that are NaN, +∞ or all −∞', () => {
		expect(() => samplingDistribution([0, NaN])).toThrow('the logit of token 1 is NaN');
		expect(() => samplingDistribution([Infinity])).toThrow('Infinity');
		expect(() => samplingDistribution([-Infinity])).toThrow('no token has a finite logit');
	});
});

describe('draw', () => {
	const fixed = (value: number): Random => ({ ...random(0), next: () => value });

	test('walks up the shares until the number is used up', () => {
		const shares = [0.25, 0, 0.5, 0.25];
		const drawn = [0, 0.24, 0.25, 0.74, 0.75, 0.99].map((value) => draw(shares, fixed(value)));
		expect(drawn).toEqual([0, 0, 2, 2, 3, 3]);
	});

	test('never draws an impossible index, even when the shares fall short of 1', () => {
		expect(draw([0, 0.5, 0], fixed(0.999))).toBe(1);
	});
});

describe('sampleToken', () => {
	test('draws the same tokens from the same seed', () => {
		const run = (seed: number) => {
			const source = random(seed);
			return Array.from({ length: 50 }, () => sampleToken(LOGITS, {}, source));
		};
		expect(run(3)).toEqual(run(3));
		expect(run(3)).not.toEqual(run(4));
	});

	test('draws each token about as often as its share', () => {
		const source = random(11);
		const counts = [0, 0, 0, 0];
		for (let i = 0; i < 20_000; i++) {
			const token = sampleToken(LOGITS, {}, source);
			counts[token] = (counts[token] ?? 0) + 1;
		}
		[0.5, 0.25, 0.125, 0.125].forEach((share, token) =>
			expect((counts[token] ?? 0) / 20_000).toBeCloseTo(share, 1)
		);
	});
});
