import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { LayerConfig } from '$lib/protocol/config';
import { isHfLlama4, readHfConfig, writeHfConfig } from '$lib/protocol/hfConfig';
import { toyConfig } from './configs';

type Fields = Record<string, unknown>;

describe('writeHfConfig', () => {
	const layers = (...kinds: string[]): LayerConfig[] =>
		kinds.map((kind) => {
			const [positions, scope, feedForward] = kind.split(' ');
			return { positions, scope, feedForward } as LayerConfig;
		});

	test.each(['scout-tiny', 'maverick-tiny', 'topk2-tiny', 'decode-kv', 'ragged-batch2'])(
		'gives every field of %s that decides what the model computes',
		(name) => {
			const text = readFileSync(`tests/golden/${name}/config.json`, 'utf8');
			const theirs = JSON.parse(text) as Fields;
			const ours = JSON.parse(writeHfConfig(readHfConfig(text).config)) as Fields;
			const ignored = ['bos_token_id', 'eos_token_id', 'interleave_moe_layer_step'];
			for (const [field, value] of Object.entries(theirs)) {
				if (ignored.includes(field) || field === 'no_rope_layer_interval') continue;
				expect(ours[field], field).toEqual(value);
			}
		}
	);

	test('writes a decimal point where Hugging Face wants floating point', () => {
		const config = toyConfig({ attentionScale: { floorScale: 8, attnScale: 1 } });
		const text = writeHfConfig(config);
		expect(text).toContain('"attn_scale": 1.0');
		expect(text).toContain('"floor_scale": 8,');
		expect(text).toContain('"rope_theta": 500000.0');
		expect(text).toContain('"router_jitter_noise": 0.0');
		expect(readHfConfig(text).config).toEqual(config);
	});

	test('keeps positions, scope and experts of each layer apart', () => {
		const config = toyConfig({
			layers: layers('nope chunked moe', 'rope global dense', 'nope global dense')
		});
		expect(isHfLlama4(config)).toBe(true);
		expect(readHfConfig(writeHfConfig(config)).config).toEqual(config);
	});

	test('brings back a model without scale, scaling or QK-norm, and with a tied output', () => {
		const config = toyConfig({
			attentionScale: null,
			rope: { theta: 1e4, scaling: null },
			qkNorm: false,
			tiedEmbeddings: true
		});
		expect(readHfConfig(writeHfConfig(config)).config).toEqual(config);
	});

	test('marks what is no Llama 4 so that no other program takes it for one', () => {
		const config = toyConfig({
			layers: layers('rope sliding moe', 'nope global moe'),
			variants: { gate: 'output', router: 'softmax', scale: 'add' }
		});
		expect(isHfLlama4(config)).toBe(false);
		const text = writeHfConfig(config);
		expect(JSON.parse(text)).toMatchObject({
			model_type: 'llamascope',
			architectures: ['Llamascope'],
			llamascope: { gate: 'output', router: 'softmax', scale: 'add' }
		});
		expect(readHfConfig(text).config).toEqual(config);
	});

	test('names the type of the weights beside it', () => {
		expect(JSON.parse(writeHfConfig(toyConfig(), 'bfloat16'))).toMatchObject({ dtype: 'bfloat16' });
	});
});
