import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { random } from '$lib/math/random';
import { FileProblem } from '$lib/protocol/fileProblem';
import { readHfConfig } from '$lib/protocol/hfConfig';

type Fields = Record<string, unknown>;
const SCOUT_TINY = JSON.parse(
	readFileSync('tests/golden/scout-tiny/config.json', 'utf8')
) as Fields;

/** The config of the golden Scout with fields changed; `undefined` leaves a field out. */
const changed = (change: Fields): string => JSON.stringify({ ...SCOUT_TINY, ...change });
const read = (change: Fields) => readHfConfig(changed(change)).config;
const positionsOf = (change: Fields) => read(change).layers.map((layer) => layer.positions);
const BY_INTERVAL = { no_rope_layers: undefined, layer_types: undefined, moe_layers: undefined };

function problemOf(json: unknown): string {
	try {
		readHfConfig(json);
	} catch (error) {
		if (error instanceof FileProblem) return error.message;
		throw error;
	}
	return '';
}

describe('readHfConfig', () => {
	test('reads the golden Scout', () => {
		expect(readHfConfig(SCOUT_TINY)).toMatchObject({
			notes: [],
			config: {
				vocabulary: 64,
				width: 32,
				heads: 4,
				kvHeads: 2,
				headWidth: 8,
				feedForward: 32,
				denseFeedForward: 64,
				experts: 4,
				topK: 1,
				chunk: 8,
				qkNorm: true,
				attentionScale: { floorScale: 4, attnScale: 0.1 },
				rope: {
					theta: 500_000,
					scaling: { factor: 16, lowFactor: 1, highFactor: 1, originalLength: 64 }
				},
				normEps: 1e-5,
				tiedEmbeddings: false,
				maxLength: 1024
			}
		});
	});

	test('reads no_rope_layers the way it works: 1 is a layer with RoPE', () => {
		expect(positionsOf({ no_rope_layers: [0, 1, 1, 1] })).toEqual(['nope', 'rope', 'rope', 'rope']);
	});

	test('makes missing, null and empty lists from the intervals', () => {
		const six = { num_hidden_layers: 6, no_rope_layer_interval: 3, interleave_moe_layer_step: 2 };
		for (const given of [undefined, null, []]) {
			const { layers } = read({ ...BY_INTERVAL, ...six, no_rope_layers: given });
			expect(layers.map((layer) => layer.positions === 'nope')).toEqual(
				[2, 5].reduce((row, i) => row.with(i, true), new Array<boolean>(6).fill(false))
			);
			expect(layers.map(({ scope }) => scope)).toEqual(
				layers.map((layer) => (layer.positions === 'nope' ? 'global' : 'chunked'))
			);
			expect(layers.map(({ feedForward }) => feedForward === 'moe')).toEqual([
				false,
				true,
				false,
				true,
				false,
				true // prettier-ignore
			]);
		}
	});

	test('takes an empty list of MoE layers at its word', () => {
		expect(read({ moe_layers: [] }).layers.every((l) => l.feedForward === 'dense')).toBe(true);
	});

	test('takes the defaults of Hugging Face for everything else that is missing', () => {
		const bare = readHfConfig({
			model_type: 'llama4_text',
			vocab_size: 10,
			hidden_size: 8,
			intermediate_size: 4,
			num_hidden_layers: 4,
			num_attention_heads: 8
		}).config;
		expect(bare).toMatchObject({
			kvHeads: 8,
			headWidth: 128,
			denseFeedForward: 16_384,
			experts: 16,
			topK: 1,
			chunk: 8192,
			qkNorm: true,
			attentionScale: { floorScale: 8192, attnScale: 0.1 },
			rope: { theta: 500_000, scaling: null },
			normEps: 1e-5,
			tiedEmbeddings: false
		});
	});

	test('makes null key-value heads as many as query heads, and a null head width their share', () => {
		const { kvHeads, headWidth } = read({ num_key_value_heads: null, head_dim: null });
		expect([kvHeads, headWidth]).toEqual([4, 8]);
	});

	test('reads the newer rope_parameters, whose base counts more than rope_theta', () => {
		const rope_parameters = {
			rope_type: 'llama3',
			rope_theta: 1234,
			factor: 8,
			low_freq_factor: 1,
			high_freq_factor: 4,
			original_max_position_embeddings: 512
		};
		const expected = {
			theta: 1234,
			scaling: { factor: 8, lowFactor: 1, highFactor: 4, originalLength: 512 }
		};
		expect(read({ rope_scaling: undefined, rope_parameters }).rope).toEqual(expected);
		expect(read({ rope_scaling: null, rope_parameters }).rope).toEqual(expected);
		const plain = { rope_type: 'default', rope_theta: 99 };
		expect(read({ rope_scaling: undefined, rope_parameters: plain }).rope).toEqual({
			theta: 99,
			scaling: null
		});
	});

	test('reads numbers as Python does where yes or no is meant', () => {
		expect(read({ attn_temperature_tuning: 4 }).attentionScale).not.toBeNull();
		expect(read({ attn_temperature_tuning: 0 }).attentionScale).toBeNull();
		expect(read({ attn_temperature_tuning: false }).attentionScale).toBeNull();
	});

	test('opens the text part of a model with pictures and says so', () => {
		const json = {
			model_type: 'llama4',
			architectures: ['Llama4ForConditionalGeneration'],
			text_config: SCOUT_TINY
		};
		const { config, notes } = readHfConfig(json);
		expect(config).toEqual(readHfConfig(SCOUT_TINY).config);
		expect(notes).toEqual([
			'Only the text part of this model is opened; the picture part is left out.'
		]);
	});

	test('offers no more positions than the page takes and says so', () => {
		const { config, notes } = readHfConfig(changed({ max_position_embeddings: 10_485_760 }));
		expect(config.maxLength).toBe(1024);
		expect(notes).toEqual(['The page offers 1024 of the 10485760 positions of this model.']);
	});
});

describe('a config that cannot be opened gives one sentence:', () => {
	const scaled = (change: Fields) => ({
		rope_scaling: { ...(SCOUT_TINY['rope_scaling'] as Fields), ...change }
	});
	test.each<[string, unknown, string]>([
		['no JSON', '{', 'This config is not JSON.'],
		['a list', '[]', 'This config is not a JSON object.'],
		['nothing', null, 'This config is not a JSON object.'],
		['no architecture', {}, 'This config names no architecture; what can be opened is Llama 4'],
		['Llama 3', { model_type: 'llama' }, 'of the architecture “llama”; what can be opened is'],
		['only a class', { architectures: ['GPT2LMHeadModel'] }, '“GPT2LMHeadModel”'],
		['pictures only', { model_type: 'llama4' }, 'lacks its text_config'],
		['gelu', changed({ hidden_act: 'gelu' }), 'Llama 4 bends with silu; this config says “gelu”.'],
		['biases', changed({ attention_bias: true }), 'biases in attention; Llama 4 has none'],
		['yarn', changed(scaled({ rope_type: 'yarn' })), 'scales RoPE by “yarn”'],
		['half a rule', changed(scaled({ factor: undefined })), 'factor must be a number.'],
		['text for numbers', changed({ hidden_size: '32' }), 'hidden_size must be a whole number'],
		['broken numbers', changed({ num_local_experts: 3.5 }), 'num_local_experts must be a whole'],
		['text for yes', changed({ use_qk_norm: 'yes' }), 'use_qk_norm must be true or false.'],
		['no list', changed({ moe_layers: 3 }), 'moe_layers must be a list.'],
		['a layer too many', changed({ moe_layers: [4] }), 'must hold layers from 0 to 3 only'],
		['too few types', changed({ layer_types: [] }), 'layer_types names 0 of 4 layers.'],
		['too few rotations', changed({ no_rope_layers: [1] }), 'no_rope_layers names 1 of 4 layers.'],
		['odd rotations', changed({ no_rope_layers: [1, 2, 1, 0] }), 'must hold 1 (with RoPE) and 0'],
		[
			'a window',
			changed({ layer_types: new Array(4).fill('sliding_attention') }),
			'holds “sliding'
		],
		['a type of 3', changed({ layer_types: [3, 3, 3, 3] }), 'holds something unreadable'],
		['uneven heads', changed({ num_key_value_heads: 3 }), '4 query heads cannot share 3'],
		['too many layers', changed({ num_hidden_layers: 1e9 }), 'up to 64 layers, not 1000000000'],
		['a bad variant', changed({ llamascope: { gate: 'x' } }), 'llamascope.gate must be one of']
	])('%s', (_, json, sentence) => {
		const problem = problemOf(json);
		expect(problem).toContain(sentence);
		expect(problem).toMatch(/^[A-Za-z0-9].+\.$/);
	});

	test('Scout itself, with what it would need', () => {
		expect(problemOf({ model_type: 'llama4_text' })).toContain('about 108 billion weights');
	});

	test('any of 4,000 manglings, or it gives a configuration that can be built', () => {
		const { integer } = random(21);
		const values: unknown[] = [
			null,
			-1,
			0,
			1,
			2.5,
			1e308,
			'',
			'x',
			true,
			[],
			[0],
			{},
			[[]],
			[null]
		];
		const names = [...Object.keys(SCOUT_TINY), 'rope_parameters', 'llamascope', 'text_config'];
		let refused = 0;
		for (let i = 0; i < 4000; i++) {
			const fields: Fields = { ...SCOUT_TINY };
			for (let j = integer(3); j >= 0; j--) {
				fields[names[integer(names.length)]!] = values[integer(values.length)];
			}
			const text = JSON.stringify(fields);
			const json = integer(4) ? text : text.slice(0, integer(text.length));
			if (problemOf(json) !== '') refused++;
		}
		expect(refused).toBeGreaterThan(1000);
		expect(refused).toBeLessThan(4000);
	});
});
