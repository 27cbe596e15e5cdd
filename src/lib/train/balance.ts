import * as tf from '@tensorflow/tfjs-core';
import { shareOfChoices } from '$lib/kernels/load';

/*
 * Two losses that look after the router. Both are ours to offer: no released Llama 4 code has one, and
 * how Meta kept its experts balanced is not public. They are off unless a setting asks for them.
 */

/**
 * Share of the routed choices that each expert gets in one layer; adds up to 1.
 *
 * @param chosen_NC index of each chosen expert, int32
 * @param experts number of experts, E
 * @returns load_E
 */
export function expertLoad(chosen_NC: tf.Tensor2D, experts: number): tf.Tensor1D {
	return shareOfChoices(chosen_NC, experts);
}

/**
 * Load-balance loss of one layer: `E · Σ_e load_e · P_e`, where P_e is the mean over tokens of the
 * softmax of the router logits. It is 1 when both are even and larger when busy experts also have
 * high logits. Loads are constants to the gradient, which flows through P alone.
 *
 * Source: Switch Transformers, section 2.2, arXiv:2101.03961. Not part of Llama 4.
 */
export function balanceLoss(logits_NE: tf.Tensor2D, load_E: tf.Tensor1D): tf.Scalar {
	const [N, E] = logits_NE.shape;
	// The loads come from choices, which have no gradient: a gradient by hand keeps them off its path.
	const loss = tf.customGrad((logits, save) => {
		const share_NE = tf.softmax(logits as tf.Tensor2D);
		const pull_N1 = tf.sum(tf.mul(share_NE, load_E), 1, true);
		(save as tf.GradSaveFunc)([share_NE, pull_N1, load_E]);
		const gradFunc = (dy: tf.Tensor, [share, pull, load]: tf.Tensor[]) =>
			tf.mul(tf.mul(share!, tf.sub(load!, pull!)), tf.mul(dy, E / N));
		return { value: tf.mul(tf.mean(pull_N1), E), gradFunc };
	});
	return tf.tidy(() => loss(logits_NE) as tf.Scalar);
}

/**
 * Router z-loss of one layer: the mean over tokens of `(ln Σ_e exp(logit_e))²`, which keeps logits
 * small.
 *
 * Source: ST-MoE, section 3.3, arXiv:2202.08906. Not part of Llama 4.
 */
export function routerZLoss(logits_NE: tf.Tensor2D): tf.Scalar {
	return tf.tidy(() => tf.mean(tf.square(tf.logSumExp(logits_NE, 1))));
}
