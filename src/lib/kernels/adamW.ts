import * as tf from '@tensorflow/tfjs-core';

/** The numbers of one AdamW update, bias corrections drawn in. */
export interface AdamWFactors {
	readonly betaMean: number;
	readonly betaSquare: number;
	readonly rate: number;
	readonly epsilon: number;
	/** Decays a weight that decays. */
	readonly shrink: number;
	/** Longest gradient; 0: no limit. */
	readonly clipNorm: number;
}

/** A weight in the flat vectors of the moments. */
export interface AdamWLeaf {
	/** Place of its first number. */
	readonly offset: number;
	readonly decays: boolean;
}

export interface AdamWAttributes extends AdamWFactors {
	readonly leaves: readonly AdamWLeaf[];
}

/** Name of the kernel. */
export const ADAM_W = 'LlamascopeAdamW';

/** Whether the backend in use updates all weights in one kernel. */
export function adamWRunsHere(): boolean {
	return Boolean(tf.getKernel(ADAM_W, tf.getBackend()));
}

/**
 * AdamW over all weights in one kernel. Where the loss or the norm of the gradients is not finite,
 * weights and moments stay as they were.
 *
 * The old weights and moments are used up, though still to be disposed of: where nobody else holds
 * their numbers, the new ones may stand in their place.
 *
 * @param grads one per weight, in the same order
 * @returns the new mean, the new square, the gradient norm, then the new weights
 */
export function adamW(
	weights: readonly tf.Tensor[],
	grads: readonly tf.Tensor[],
	others: { readonly loss: tf.Scalar; readonly mean: tf.Tensor1D; readonly square: tf.Tensor1D },
	attributes: AdamWAttributes
): tf.Tensor[] {
	const named = (letter: string, tensors: readonly tf.Tensor[]) =>
		Object.fromEntries(tensors.map((tensor, i) => [`${letter}${i}`, tensor]));
	const inputs = { ...others, ...named('w', weights), ...named('g', grads) };
	const made = tf.engine().runKernel(ADAM_W, inputs, {
		attributes
	} as unknown as tf.NamedAttrMap) as unknown;
	return made as tf.Tensor[];
}
