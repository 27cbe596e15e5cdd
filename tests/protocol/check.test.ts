import { describe, expect, test } from 'vitest';
import { SCOUT } from '$lib/llama4/cards';
import { checkConfig } from '$lib/protocol/check';
import type { ModelConfig } from '$lib/protocol/config';
import { toyConfig } from './configs';

const scaling = { factor: 16, lowFactor: 1, highFactor: 1, originalLength: 8192 };

describe('checkConfig', () => {
	test('has nothing against the toy', () => {
		expect(checkConfig(toyConfig())).toBeNull();
	});

	const wrong: [string, Partial<ModelConfig>, string][] = [
		['a width of 0', { width: 0 }, 'The width must be a whole number of at least 1, not 0.'],
		['half an expert', { experts: 1.5 }, 'The number of experts must be a whole number'],
		['NaN', { chunk: NaN }, 'The chunk must be a whole number of at least 1, not NaN.'],
		['infinity', { vocabulary: Infinity }, 'The vocabulary must be a whole number'],
		['a negative topK', { topK: -1 }, 'The number of experts per token must be'],
		['no length', { maxLength: 0 }, 'The length must be'],
		['heads that do not group', { heads: 6, kvHeads: 4 }, '6 query heads cannot share 4 key-value'],
		['an odd head', { headWidth: 7 }, 'The head width must be even'],
		['topK over experts', { topK: 9 }, 'A token cannot visit 9 experts where there are 8.'],
		['no layers', { layers: [] }, 'A model needs at least one layer.'],
		['no ε', { normEps: 0 }, 'The norm ε must be above 0, not 0.'],
		['a base of NaN', { rope: { theta: NaN, scaling: null } }, 'The RoPE base must be above 0'],
		['no stretch', { rope: { theta: 1e4, scaling: { ...scaling, factor: 0 } } }, 'RoPE stretch'],
		[
			'crossed factors',
			{ rope: { theta: 1e4, scaling: { ...scaling, lowFactor: 4 } } },
			'The high factor of the RoPE scaling must not be below the low factor.'
		],
		['no floor', { attentionScale: { floorScale: 0, attnScale: 0.1 } }, 'The floor scale must'],
		['endless growth', { attentionScale: { floorScale: 8, attnScale: Infinity } }, 'scale growth'],
		['a long text', { maxLength: 5000 }, 'The page takes up to 1024 tokens of length, not 5000.']
	];
	test.each(wrong)('names %s in one sentence', (_, change, sentence) => {
		const problem = checkConfig(toyConfig(change));
		expect(problem).toContain(sentence);
		expect(problem).toMatch(/^[A-Z0-9].+\.$/);
	});

	test('says what Scout would need', () => {
		const scout: ModelConfig = { ...SCOUT.text.value, maxLength: 1024 };
		expect(checkConfig(scout)).toBe(
			'This model is too large for the page: about 108 billion weights, which need 431 GB to run ' +
				'and 1.7 TB to train; the page takes up to 34 million.'
		);
	});

	test('takes many layers only as far as the page does', () => {
		const [layer] = toyConfig().layers;
		const layers = Array.from({ length: 65 }, () => layer!);
		expect(checkConfig(toyConfig({ layers }))).toBe('The page takes up to 64 layers, not 65.');
	});
});
