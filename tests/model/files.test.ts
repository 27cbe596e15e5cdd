import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { paramsFromFile, paramsToFile } from '$lib/model/files';
import { initParams } from '$lib/model/init';
import { leaves } from '$lib/model/tree';
import type { ModelConfig } from '$lib/protocol/config';
import { readSafetensors, writeSafetensors, type FileTensor } from '$lib/protocol/safetensors';
import { INITIAL_SETTINGS, modelConfig } from '$lib/protocol/settings';
import { expectNoLeak, useBackend } from '../tensors';

const CONFIG: ModelConfig = modelConfig({ ...INITIAL_SETTINGS, moeEvery: 2, layers: 2 }, 12);

/** The tensors of a file with fresh weights. */
async function fileTensors(config = CONFIG): Promise<Map<string, FileTensor>> {
	const params = initParams(config, 3);
	const bytes = writeSafetensors(await paramsToFile(params, config));
	tf.dispose(leaves(params));
	return readSafetensors(bytes).tensors;
}

describe('files of weights', () => {
	beforeAll(() => useBackend('cpu'));

	test.each([false, true])('what is written is what is read (tied: %s)', async (tiedEmbeddings) => {
		const config = { ...CONFIG, tiedEmbeddings };
		await expectNoLeak(async () => {
			const [written, read] = [initParams(config, 3), paramsFromFile(config, await fileTensors(config))]; // prettier-ignore
			const pairs = leaves(written).map((leaf, i) => [leaf, leaves(read)[i]!] as const);
			for (const [before, after] of pairs) {
				expect(after.shape).toEqual(before.shape);
				expect(after.dataSync()).toEqual(before.dataSync());
			}
			tf.dispose([...leaves(written), ...leaves(read)]);
		});
	});

	test('names and layouts are those of Hugging Face: linear layers are stored transposed, experts are not', async () => {
		const tensors = await fileTensors();
		const shape = (name: string) => tensors.get(name)?.shape;
		const moe = 'model.layers.1.feed_forward';
		expect(shape('model.layers.0.self_attn.k_proj.weight')).toEqual([16, 32]);
		expect(shape('model.layers.0.feed_forward.gate_proj.weight')).toEqual([64, 32]);
		expect(shape(`${moe}.router.weight`)).toEqual([8, 32]);
		expect(shape(`${moe}.experts.gate_up_proj`)).toEqual([8, 32, 64]);
		expect(shape(`${moe}.experts.down_proj`)).toEqual([8, 32, 32]);
		expect(shape(`${moe}.shared_expert.down_proj.weight`)).toEqual([32, 32]);
		expect(shape('lm_head.weight')).toEqual([12, 32]);
		expect(tensors.size).toBe(2 * 6 + 4 + 5 + 3);
	});

	test('the text part of a file that also sees pictures is taken', async () => {
		const tensors = await fileTensors();
		const outer = new Map([...tensors].map(([name, tensor]) => [`language_model.${name}`, tensor]));
		outer.set('vision_model.class_embedding', {
			dtype: 'F32',
			shape: [1],
			data: Float32Array.of(1)
		});
		tf.dispose(leaves(paramsFromFile(CONFIG, outer)));
	});

	test.each([
		[
			'lacks “model.norm.weight”',
			(all: Map<string, FileTensor>) => all.delete('model.norm.weight')
		],
		[
			'holds “extra”',
			(all) => all.set('extra', { dtype: 'F32', shape: [0], data: new Float32Array() })
		],
		[
			'“model.norm.weight” has the shape [1]; the config asks for [32]',
			(all) => all.set('model.norm.weight', { dtype: 'F32', shape: [1], data: Float32Array.of(1) })
		],
		[
			'“model.norm.weight” is stored as I32',
			(all) => all.set('model.norm.weight', { dtype: 'I32', shape: [32], data: new Int32Array(32) })
		],
		[
			'“model.norm.weight” holds NaN at place 5',
			(all) => (all.get('model.norm.weight')!.data[5] = NaN)
		]
	] satisfies [string, (all: Map<string, FileTensor>) => unknown][])(
		'says in one sentence: %s',
		async (sentence, spoil) => {
			const tensors = await fileTensors();
			spoil(tensors);
			await expectNoLeak(() => {
				expect(() => paramsFromFile(CONFIG, tensors)).toThrow(sentence);
			});
		}
	);
});
