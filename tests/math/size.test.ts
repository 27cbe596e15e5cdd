import { describe, expect, test } from 'vitest';
import {
	activeParameterCount,
	cacheBytes,
	cacheNumbersPerPosition,
	parameterCount,
	parameterParts,
	type ModelSize
} from '$lib/math/size';

/** Small enough to count on paper: one chunked MoE layer, one global dense layer. */
const TINY: ModelSize = {
	vocabulary: 10,
	width: 4,
	heads: 2,
	kvHeads: 1,
	headWidth: 2,
	feedForward: 3,
	denseFeedForward: 5,
	experts: 6,
	topK: 2,
	chunk: 8,
	layers: [
		{ scope: 'chunked', feedForward: 'moe' },
		{ scope: 'global', feedForward: 'dense' }
	],
	tiedEmbeddings: false
};

describe('the weights of a tiny model', () => {
	test('are counted part by part', () => {
		expect(parameterParts(TINY)).toEqual({
			embedding: 40,
			attention: 2 * (2 * 16 + 2 * 8),
			norms: 5 * 4,
			router: 24,
			routedExperts: 6 * 36,
			sharedExperts: 36,
			dense: 60,
			output: 40
		});
		expect(parameterCount(TINY)).toBe(40 + 96 + 20 + 24 + 216 + 36 + 60 + 40);
	});

	test('take part in a pass but for the experts not visited', () => {
		expect(activeParameterCount(TINY)).toBe(parameterCount(TINY) - 4 * 36);
		expect(activeParameterCount(TINY, false)).toBe(parameterCount(TINY) - 4 * 36 - 40);
	});

	test('count a tied embedding once, and always as active', () => {
		const tied = { ...TINY, tiedEmbeddings: true };
		expect(parameterCount(tied)).toBe(parameterCount(TINY) - 40);
		expect(activeParameterCount(tied, false)).toBe(activeParameterCount(tied));
	});
});

describe('the cache of a tiny model', () => {
	test('holds a key and a value per position, head and layer, chunked layers at most a chunk', () => {
		expect(cacheNumbersPerPosition(TINY)).toBe(4);
		expect(cacheBytes(TINY, 5)).toBe((5 + 5) * 4 * 2);
		expect(cacheBytes(TINY, 20)).toBe((8 + 20) * 4 * 2);
		expect(cacheBytes(TINY, 20, 4, true)).toBe((20 + 20) * 4 * 4);
	});
});
