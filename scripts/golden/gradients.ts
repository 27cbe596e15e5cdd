import * as tf from '@tensorflow/tfjs-core';
import { filePlace } from '$lib/model/fileNames';
import { paramsToFile } from '$lib/model/files';
import { forward } from '$lib/model/forward';
import { planParams } from '$lib/model/params';
import { planLeaves } from '$lib/model/plan';
import { leaves, withLeaves } from '$lib/model/tree';
import type { FileTensor, WritableTensor } from '$lib/protocol/safetensors';
import type { Tensors } from './case';
import type { LoadedCase } from './compare';
import { nextTokenLosses } from './loss';
import type { Tally } from './tally';

/** The gradient of the loss by every weight. */
export async function compareGradients(
	stored: Tensors,
	{ config, params, tokens_BT, labels_BT }: LoadedCase,
	tally: Tally
): Promise<void> {
	const { value, grads } = tf.valueAndGrads((...weights: tf.Tensor[]) => {
		const logits_BTV = forward(withLeaves(params, weights), config, tokens_BT);
		return nextTokenLosses(logits_BTV, labels_BT).loss;
	})(leaves(params));
	// A gradient lies in a file as its weight does.
	const ours = await paramsToFile(withLeaves(params, grads), config);
	tf.dispose([value, grads]);

	const known = planLeaves(planParams(config)).map(({ name, plan }) => filePlace(name, plan).name);
	for (const name of known) {
		const expected = stored.get(name);
		if (!expected) tally.miss('gradients', `${name} is not stored`);
		else tally.add('gradients', name, expected, ours.get(name), 'gradients');
	}
	for (const [name, expected] of stored) {
		if (!known.includes(name)) tally.miss('gradients', `${name} is no weight of the model`);
		else if (/\.experts\./.test(name)) compareIdleExperts(name, expected, ours.get(name), tally);
	}
}

/** An expert whose stored gradient is zero throughout learned nothing: ours must be exactly 0 too. */
function compareIdleExperts(
	name: string,
	expected: FileTensor,
	ours: WritableTensor | undefined,
	tally: Tally
): void {
	const [experts = 1] = expected.shape;
	const size = expected.data.length / experts;
	for (let expert = 0; expert < experts; expert++) {
		const from = expert * size;
		const part = expected.data.subarray(from, from + size);
		if (part.some((value) => value !== 0)) continue;
		const data = Float32Array.from({ length: size }, (_, i) => ours?.data[from + i] ?? NaN);
		const shape = [size];
		tally.add(
			'idle experts',
			`${name}[${expert}]`,
			{ shape, data: part },
			{ shape, data },
			'exact'
		);
	}
}
