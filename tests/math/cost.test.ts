import { describe, expect, test } from 'vitest';
import { attentionMask } from '$lib/math/attention';
import { costOf, costParts, visiblePairs } from '$lib/math/cost';
import type { ModelSize } from '$lib/math/size';

/** Small enough to count on paper: one chunked MoE layer, one global dense layer. */
const TINY: ModelSize = {
	...{ vocabulary: 10, width: 4, heads: 2, kvHeads: 1, headWidth: 2 },
	...{ feedForward: 3, denseFeedForward: 5, experts: 6, topK: 2, chunk: 2 },
	layers: [
		{ scope: 'chunked', feedForward: 'moe' },
		{ scope: 'global', feedForward: 'dense' }
	],
	tiedEmbeddings: false
};

describe('what a token costs', () => {
	test('counts the pairs that the mask lets through', () => {
		for (const scope of [
			{ kind: 'chunked', chunk: 3 },
			{ kind: 'sliding', chunk: 3 },
			{ kind: 'global' }
		] as const) {
			const { allowed } = attentionMask(7, scope);
			expect(visiblePairs(7, scope)).toBe(allowed.reduce((sum, may) => sum + may, 0));
		}
	});

	test('is counted on paper, part by part', () => {
		// Four tokens: 2·(1 + 2) = 6 pairs in chunks of two, 1 + 2 + 3 + 4 = 10 in the global layer.
		expect(costParts(TINY, 4)).toEqual({
			projections: 2 * (4 * 4 + 2 * (4 * 2) + 4 * 4),
			pairs: (2 * 4 * (6 + 10)) / 4,
			router: 4 * 6,
			routedExperts: 2 * 3 * 4 * 3,
			sharedExperts: 3 * 4 * 3,
			dense: 3 * 4 * 5,
			output: 10 * 4
		});
	});

	test('grows with the experts only where a token visits them all', () => {
		const many = { ...TINY, experts: 60 };
		const router = 4 * (60 - 6);
		expect(costOf(costParts(many, 4))).toBe(costOf(costParts(TINY, 4)) + router);
		expect(costParts(many, 4, 60).routedExperts).toBe(60 * 3 * 4 * 3);
	});

	test('falls with the chunk', () => {
		const cost = (chunk: number) => costOf(costParts({ ...TINY, chunk }, 64));
		expect(cost(2)).toBeLessThan(cost(16));
		expect(cost(16)).toBeLessThan(cost(64));
	});
});
