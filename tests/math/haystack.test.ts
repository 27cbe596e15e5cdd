import { describe, expect, test } from 'vitest';
import { attentionScale } from '$lib/math/attention';
import {
	equalGap,
	firstLoss,
	haystackEntropy,
	needleLogOdds,
	needleWeight
} from '$lib/math/haystack';
import { random } from '$lib/math/random';
import { entropy, softmax } from '$lib/math/softmax';

const LLAMA4 = { attnScale: 0.1, floorScale: 8192 };

/** Attention of the query over needle (first) and hay, by the softmax itself. */
function attention(gap: number, hay: number, scale: number): Float64Array {
	return softmax([gap * scale, ...Array.from({ length: hay }, () => 0)]);
}

describe('a needle in equal hay', () => {
	test.each([
		[4, 1, null],
		[4, 16, null],
		[4, 512, { attnScale: 0.5, floorScale: 32 }],
		[0, 7, { attnScale: 2, floorScale: 1 }],
		[-3, 100, { attnScale: 0.5, floorScale: 10 }]
	])('gap %d, hay %d: weight and entropy are those of the softmax', (gap, hay, settings) => {
		const scale = settings ? attentionScale(hay, settings) : 1;
		const weights = attention(gap, hay, scale);
		expect(needleWeight({ gap, hay }, settings)).toBeCloseTo(weights[0] ?? NaN, 12);
		expect(haystackEntropy({ gap, hay }, settings)).toBeCloseTo(entropy(weights), 10);
	});

	test('has half of the attention where the gap is ln n', () => {
		expect(needleLogOdds({ gap: Math.log(55), hay: 55 }, null)).toBeCloseTo(0, 12);
		expect(needleWeight({ gap: Math.log(55), hay: 55 }, null)).toBeCloseTo(0.5, 12);
	});

	test('stays finite where hay or gap are extreme', () => {
		expect(needleWeight({ gap: 1000, hay: 1e7 }, LLAMA4)).toBe(1);
		expect(haystackEntropy({ gap: 1000, hay: 1e7 }, LLAMA4)).toBe(0);
		expect(haystackEntropy({ gap: -1000, hay: 1e7 }, null)).toBeCloseTo(Math.log(1e7), 10);
	});

	test('with gap 0 no scale changes anything', () => {
		const stack = { gap: 0, hay: 40 };
		expect(needleWeight(stack, { attnScale: 2, floorScale: 1 })).toBe(needleWeight(stack, null));
	});

	test('with gap 10 keeps most of the attention at Llama 4’s longest contexts', () => {
		expect(needleWeight({ gap: 10, hay: 1e6 }, null)).toBeCloseTo(0.022, 3);
		expect(needleWeight({ gap: 10, hay: 1e6 }, LLAMA4)).toBeCloseTo(0.73, 2);
		expect(needleWeight({ gap: 10, hay: 1e7 }, null)).toBeCloseTo(0.0022, 4);
		expect(needleWeight({ gap: 10, hay: 1e7 }, LLAMA4)).toBeCloseTo(0.73, 2);
	});
});

describe('the first hay that beats the needle', () => {
	/** By trying one after another. */
	function tried(gap: number, settings: typeof LLAMA4 | null, most: number): number | null {
		for (let hay = 1; hay <= most; hay++) {
			if (needleLogOdds({ gap, hay }, settings) <= 0) return hay;
		}
		return null;
	}

	const gaps = [-1, 0, 0.5, 2, 3, 3.9, 4, 4.5, 5.5];
	const growths = [0, 0.05, 0.1, 0.2, 0.25, 0.26, 0.3, 0.5, 1, 2];
	const floors = [1, 2, 7, 16, 32, 300, 8192];

	test('is the one that trying finds, for any settings', () => {
		for (const gap of gaps) {
			expect(firstLoss(gap, null, 3000)).toBe(tried(gap, null, 3000));
			for (const attnScale of growths) {
				for (const floorScale of floors) {
					const settings = { attnScale, floorScale };
					const found = { gap, settings, hay: firstLoss(gap, settings, 3000) };
					expect(found).toEqual({ gap, settings, hay: tried(gap, settings, 3000) });
				}
			}
		}
	});

	test('without a scale is the first whole number from e to the gap', () => {
		expect(firstLoss(4, null, 1e7)).toBe(55);
		expect(firstLoss(10, null, 1e7)).toBe(22_027);
		expect(firstLoss(10, LLAMA4, 1e7)).toBe(null);
	});
});

describe('the gap of equal hay', () => {
	test('gives the needle the weight that it has among unequal hay', () => {
		const { next } = random(5);
		const scores = Array.from({ length: 40 }, () => 6 * next() - 3);
		const gap = equalGap(scores, 11);
		expect(needleWeight({ gap, hay: 39 }, null)).toBeCloseTo(softmax(scores)[11] ?? NaN, 12);
	});

	test('stays finite for large scores', () => {
		expect(equalGap([1000, 990, 990], 0)).toBeCloseTo(10, 12);
	});

	test('refuses a needle that is not there, or alone', () => {
		expect(() => equalGap([1, 2], 2)).toThrow(RangeError);
		expect(() => equalGap([1], 0)).toThrow(RangeError);
	});
});
