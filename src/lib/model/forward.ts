import type * as tf from '@tensorflow/tfjs-core';
import type { ModelConfig } from '$lib/protocol/config';
import { noHooks, type LayerHooks } from './hook';
import type { Params } from './params';
import { runStack } from './stack';

/**
 * One pass over whole sequences: the logits of the next token at every position.
 *
 * @param tokens_BT token ids, int32
 * @param hooks watch or replace intermediates; work that no hook asks for is left out
 * @returns logits_BTV, owned by the caller
 * @throws RangeError if weights and configuration do not fit
 *
 * Source: `Transformer.forward`, meta-llama/llama-models, models/llama4/model.py.
 */
export function forward(
	params: Params,
	config: ModelConfig,
	tokens_BT: tf.Tensor2D,
	hooks: LayerHooks = noHooks
): tf.Tensor3D {
	return runStack(params, config, tokens_BT, 0, hooks, null);
}
