import { describe, expect, test } from 'vitest';
import { BEHEMOTH, CARDS, MAVERICK, SCOUT, VISION_PARAMETERS } from '$lib/llama4/cards';
import { activeParameterCount, cacheBytes, parameterCount, parameterParts } from '$lib/math/size';

const scout = SCOUT.text.value;
const maverick = MAVERICK.text.value;
const vision = Object.values(VISION_PARAMETERS).reduce((sum, part) => sum + part, 0);
const GIB = 2 ** 30;

describe('Scout and Maverick', () => {
	test('have the weights that their shapes add up to', () => {
		expect(parameterCount(scout)).toBe(107_769_861_120);
		expect(parameterCount(maverick)).toBe(400_711_848_960);
		expect(vision).toBe(871_932_416);
		expect(parameterCount(scout) + vision).toBe(108_641_793_536);
		expect(parameterCount(maverick) + vision).toBe(401_583_781_376);
	});

	test('use 17 billion weights per token, counted with the embedding or without', () => {
		expect(activeParameterCount(scout)).toBe(17_172_894_720);
		expect(activeParameterCount(maverick)).toBe(17_184_691_200);
		expect(activeParameterCount(scout, false)).toBe(16_138_408_960);
		expect(activeParameterCount(maverick, false)).toBe(16_150_205_440);
	});

	test('have as many weights as Meta rounds to', () => {
		for (const { text, total, active } of [SCOUT, MAVERICK]) {
			const count = parameterCount(text.value) + vision;
			expect(Math.abs(count / total.value - 1)).toBeLessThan(0.005);
			expect(Math.round(activeParameterCount(text.value) / 1e9) * 1e9).toBe(active.value);
		}
	});

	test('split one layer into attention, experts and router as worked by hand', () => {
		const parts = parameterParts(scout);
		expect(parts.attention / 48).toBe(62_914_560);
		expect(parts.sharedExperts / 48).toBe(125_829_120);
		expect(parts.routedExperts / 48).toBe(16 * 125_829_120);
		expect(parts.router / 48).toBe(81_920);
		expect(parts.embedding).toBe(1_034_485_760);
		expect(parts.dense).toBe(0);
		expect(parameterParts(maverick).dense / 24).toBe(251_658_240);
	});

	test('give up one dense part for a shared and a routed expert of the same size', () => {
		const parts = parameterParts(maverick);
		expect(parts.dense).toBe(2 * parts.sharedExperts);
	});

	test('have NoPE layers 3, 7, … 47, all of them with experts', () => {
		for (const { layers } of [scout, maverick]) {
			const nope = layers.flatMap(({ positions }, i) => (positions === 'nope' ? [i] : []));
			expect(nope).toEqual([3, 7, 11, 15, 19, 23, 27, 31, 35, 39, 43, 47]);
			for (const layer of nope) {
				expect(layers[layer]).toMatchObject({ scope: 'global', feedForward: 'moe' });
			}
		}
		expect(maverick.layers[0]?.feedForward).toBe('dense');
		expect(maverick.layers.filter(({ feedForward }) => feedForward === 'moe')).toHaveLength(24);
	});
});

describe('the cache of one sequence in bfloat16', () => {
	test.each([
		[8192, 1.5, 1.5],
		[131_072, 7.125, 24],
		[262_144, 13.125, 48],
		[1_048_576, 49.125, 192],
		[10_485_760, 481.125, 1920]
	])('of %i tokens takes %f GiB, and %f if every layer were full', (length, gib, full) => {
		expect(cacheBytes(scout, length) / GIB).toBe(gib);
		expect(cacheBytes(scout, length, 2, true) / GIB).toBe(full);
		expect(cacheBytes(maverick, length)).toBe(cacheBytes(scout, length));
	});
});

describe('the cards', () => {
	test('give every figure a source with a web address', () => {
		for (const card of CARDS) {
			const { active, total, experts, context, trainingTokens, cutoff, precisions, text } = card;
			for (const figure of [
				active,
				total,
				experts,
				context,
				trainingTokens,
				cutoff,
				precisions,
				text
			]) {
				if (figure === null) continue;
				expect(figure.source.title).not.toBe('');
				expect(new URL(figure.source.url).protocol).toBe('https:');
			}
		}
	});

	test('say nothing about the shape of Behemoth, which is not public', () => {
		expect(BEHEMOTH).toMatchObject({ text: null, context: null, cutoff: null, precisions: null });
	});
});
