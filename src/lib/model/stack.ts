import '$lib/kernels/boot';
import * as tf from '@tensorflow/tfjs-core';
import { embed } from '$lib/kernels/embed';
import { matMul } from '$lib/kernels/matMul';
import { rmsNorm } from '$lib/kernels/rmsNorm';
import type { ModelConfig } from '$lib/protocol/config';
import { withAttention, type Heads } from './attention';
import { withFeedForward } from './feedForward';
import { hookAs, type LayerHooks } from './hook';
import type { Params } from './params';
import { spanOf } from './span';

/**
 * Gives a layer's attention its keys and values: those of the pass itself with what a cache remembers
 * before them.
 *
 * @returns the heads to attend with, and the absolute position of the first key
 */
export type Recall = (layer: number, heads: Heads) => { heads: Heads; firstKey: number };

/**
 * All layers, from tokens to logits: each adds its attention and then its feed-forward part, both
 * computed from the normed stream, to the residual stream.
 *
 * @param first absolute position of the first token
 * @param recall null where there is no cache
 * @returns logits_BTV, owned by the caller
 * @throws RangeError if weights and configuration have different layers
 *
 * Source: `Transformer.forward`, meta-llama/llama-models, models/llama4/model.py.
 */
export function runStack(
	params: Params,
	config: ModelConfig,
	tokens_BT: tf.Tensor2D,
	first: number,
	hooks: LayerHooks,
	recall: Recall | null
): tf.Tensor3D {
	if (params.layers.length !== config.layers.length) {
		throw new RangeError(
			`${params.layers.length} layers of weights for ${config.layers.length} of the configuration`
		);
	}
	return tf.tidy(() => {
		const outer = hooks(null);
		const { width: D, normEps, vocabulary: V } = config;
		const span = spanOf(tokens_BT, config, first);
		const shape = [span.batch, span.length, D];
		let x_ND = hookAs(outer, 'embeddings', embed(params.embed_VD, tokens_BT), shape);
		config.layers.forEach((layer, index) => {
			const { attention, feedForward: feed } = params.layers[index]!;
			const hook = hooks(index);
			const remember = recall && ((heads: Heads) => recall(index, heads));
			x_ND = withAttention(x_ND, attention, config, layer, span, remember, hook);
			x_ND = hookAs(hook, 'residual.mid', x_ND, shape);
			x_ND = withFeedForward(x_ND, feed, config, span, hook);
			x_ND = hookAs(hook, 'residual.out', x_ND, shape);
		});
		const last_ND = hookAs(outer, 'finalNorm', rmsNorm(x_ND, params.finalNorm_D, normEps), shape);
		const output_DV = params.output_DV ?? tf.transpose(params.embed_VD);
		const logits_NV = matMul(last_ND, output_DV);
		return outer('logits', tf.reshape<tf.Rank.R3>(logits_NV, [span.batch, span.length, V]));
	});
}
