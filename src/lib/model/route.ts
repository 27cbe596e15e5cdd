import * as tf from '@tensorflow/tfjs-core';
import { matMul } from '$lib/kernels/matMul';
import { gates } from '$lib/kernels/gate';
import { chooseExperts, pick, spread } from '$lib/kernels/pick';
import type { ModelConfig } from '$lib/protocol/config';
import { isWanted, noHook, type Hook } from './hook';

/** Where each token goes. */
export interface Routing {
	/** The chosen experts, best first, int32. */
	readonly chosen_NC: tf.Tensor2D;
	/** The gate of each. */
	readonly gate_NC: tf.Tensor2D;
}

/**
 * Llama 4's router: a token goes to the experts with its highest logits, and each gate is the sigmoid
 * of that logit by itself. Gradients reach the router through the gates alone; the choice has none.
 *
 * With the variant `softmax`, not Llama 4, gates are the chosen shares of a softmax over all experts.
 *
 * @param x_ND normed tokens
 * @returns tensors owned by the caller
 * @throws RangeError if the widths differ
 *
 * Source: `MoE.forward`, meta-llama/llama-models, models/llama4/moe.py; without its `detach`, as in
 * `Llama4TextMoe.forward`, huggingface/transformers.
 */
export function route(
	x_ND: tf.Tensor2D,
	router_DE: tf.Tensor2D,
	{ topK, variants }: Pick<ModelConfig, 'topK' | 'variants'>,
	hook: Hook = noHook
): Routing {
	return tf.tidy(() => {
		const logits_NE = hook('router.logits', matMul(x_ND, router_DE));
		const chosen_NC = hook('router.chosen', chooseExperts(logits_NE, topK));
		let gate_NC: tf.Tensor2D =
			variants.router === 'sigmoid'
				? gates(logits_NE, chosen_NC)
				: pick(tf.softmax(logits_NE), chosen_NC);
		if (isWanted(hook, 'router.gate')) {
			const gate_NE = spread(gate_NC, chosen_NC, router_DE.shape[1]);
			gate_NC = pick(hook('router.gate', gate_NE), chosen_NC);
		}
		gate_NC = hook('router.chosenGate', gate_NC);
		return { chosen_NC, gate_NC };
	});
}
