import '$lib/kernels/boot';
import * as tf from '@tensorflow/tfjs-core';
import { embed } from '$lib/kernels/embed';
import { matMul } from '$lib/kernels/matMul';
import { rmsNorm } from '$lib/kernels/rmsNorm';
import type { ModelConfig } from '$lib/protocol/config';
import { headsOf, mixHeads, type Heads } from './attention';
import { feedForward } from './feedForward';
import { hookAs, type LayerHooks } from './hook';
import type { Params } from './params';
import { spanOf } from './span';

/**
 * Gives a layer's attention its keys and values: those of the pass itself, or with what a cache
 * remembers before them.
 *
 * @returns the heads to attend with, and the absolute position of the first key
 */
export type Recall = (layer: number, heads: Heads) => { heads: Heads; firstKey: number };

/**
 * All layers, from tokens to logits: each adds its attention and then its feed-forward part, both
 * computed from the normed stream, to the residual stream.
 *
 * @param first absolute position of the first token
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
	recall: Recall
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
			const seen_ND = rmsNorm(x_ND, attention.norm_D, normEps);
			const normed_ND = hookAs(hook, 'attention.norm', seen_ND, shape);
			const own = headsOf(normed_ND, attention, config, layer, span, hook);
			const { heads, firstKey } = recall(index, own);
			const mixed_ND = mixHeads(heads, attention, config, layer, span, firstKey, hook);
			x_ND = hookAs(hook, 'residual.mid', tf.add(x_ND, mixed_ND), shape);
			const mid_ND = hookAs(hook, 'feedForward.norm', rmsNorm(x_ND, feed.norm_D, normEps), shape);
			const fed_ND = feedForward(mid_ND, feed, config, span, hook);
			x_ND = hookAs(hook, 'residual.out', tf.add(x_ND, fed_ND), shape);
		});
		const last_ND = hookAs(outer, 'finalNorm', rmsNorm(x_ND, params.finalNorm_D, normEps), shape);
		const output_DV = params.output_DV ?? tf.transpose(params.embed_VD);
		const logits_NV = matMul(last_ND, output_DV);
		return outer('logits', tf.reshape<tf.Rank.R3>(logits_NV, [span.batch, span.length, V]));
	});
}
