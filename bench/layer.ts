/** One attention layer of the site's model, forward and backward, for curves over the length. */
import * as tf from '@tensorflow/tfjs-core';
import { random } from '$lib/math/random';
import { withAttention } from '$lib/model/attention';
import { noHook } from '$lib/model/hook';
import { spanOf } from '$lib/model/span';
import { leaves, withLeaves } from '$lib/model/tree';
import type { Contender, Opening } from './contender';
import { paramsOf } from './ours';
import { countKernels, memoryOfTensors } from './tensorCounts';

export function openLayer({ work: { config, train, seed }, weights }: Opening): Contender {
	const { attention } = paramsOf(config, weights).layers[0]!;
	const [layer] = config.layers;
	if (!layer) throw new Error('a curve over the length needs a layer');
	const draw = random(seed, -1);
	const size = train.length * config.width;
	const x_ND = tf.tensor2d(Float32Array.from({ length: size }, draw.normal), [
		train.length,
		config.width
	]);
	const names = leaves(attention);
	const step = async (tokens: Int32Array) => {
		const { value, grads } = tf.tidy(() => {
			const span = spanOf(tf.tensor2d(tokens, [1, train.length], 'int32'), config);
			return tf.valueAndGrads((x: tf.Tensor, ...own: tf.Tensor[]) => {
				const params = withLeaves(attention, own);
				const stream_ND = x as tf.Tensor2D;
				const y_ND = withAttention(stream_ND, params, config, layer, span, null, noHook);
				return tf.mean(tf.square(y_ND));
			})([x_ND, ...names]);
		});
		const [loss] = await value.data();
		tf.dispose([value, ...grads]);
		return loss!;
	};
	return {
		step,
		pass: async (tokens) => void (await step(tokens)),
		count: (tokens) => countKernels(async () => void (await step(tokens))),
		memory: memoryOfTensors
	};
}
