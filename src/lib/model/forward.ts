import '$lib/kernels/boot';
import * as tf from '@tensorflow/tfjs-core';
import type { ModelConfig } from '$lib/protocol/config';
import { attention } from './attention';
import { feedForward } from './feedForward';
import { noHooks, type LayerHooks } from './hook';
import type { Params } from './params';

/**
 * One pass over whole sequences: the logits of the next token at every position.
 *
 * @param tokens_BT token ids, int32
 * @returns logits_BTV, owned by the caller
 *
 * Source: `Transformer.forward`, meta-llama/llama-models, models/llama4/model.py.
 */
export function forward(
	params: Params,
	config: ModelConfig,
	tokens_BT: tf.Tensor2D,
	hooks: LayerHooks = noHooks
): tf.Tensor3D {
	return tf.tidy(() => {
		const outer = hooks(null);
		let x_BTD = outer(
			'embeddings',
			tf.gather(params.embed_VD, tokens_BT) as unknown as tf.Tensor3D
		);
		params.layers.forEach(({ attention: attend, feedForward: feed }, index) => {
			const hook = hooks(index);
			const layer = config.layers[index]!;
			const normed = hook('attention.norm', norm(x_BTD, attend.norm_D, config.normEps));
			x_BTD = hook('residual.mid', tf.add(x_BTD, attention(normed, attend, config, layer, hook)));
			const mid = hook('feedForward.norm', norm(x_BTD, feed.norm_D, config.normEps));
			x_BTD = hook('residual.out', tf.add(x_BTD, feedForward(mid, feed, config, hook)));
		});
		const [B, T, D] = x_BTD.shape;
		const final = outer('finalNorm', norm(x_BTD, params.finalNorm_D, config.normEps));
		const output_DV = params.output_DV ?? (tf.transpose(params.embed_VD) as tf.Tensor2D);
		const logits_NV = tf.matMul(tf.reshape(final, [B * T, D]), output_DV);
		return outer('logits', tf.reshape(logits_NV, [B, T, config.vocabulary]));
	});
}

function norm(x_BTD: tf.Tensor3D, weight_D: tf.Tensor1D, eps: number): tf.Tensor3D {
	const inverse = tf.rsqrt(tf.add(tf.mean(tf.square(x_BTD), -1, true), eps));
	return tf.mul(tf.mul(x_BTD, inverse), weight_D);
}
