import * as tf from '@tensorflow/tfjs-core';
import { crossEntropy } from '$lib/kernels/crossEntropy';

/**
 * Cross-entropy of each next label, and their mean. A negative label does not count.
 *
 * Source: `ForCausalLMLoss`, huggingface/transformers, loss/loss_utils.py.
 */
export function nextTokenLosses(
	logits_BTV: tf.Tensor3D,
	labels_BT: tf.Tensor2D
): { loss: tf.Scalar; nll_BM: tf.Tensor2D } {
	const [B, T, V] = logits_BTV.shape;
	return tf.tidy(() => {
		const next = tf.concat(
			[tf.slice(labels_BT, [0, 1], [B, T - 1]), tf.fill([B, 1], -1, 'int32')],
			1
		);
		const targets_N = tf.cast<tf.Tensor1D>(tf.reshape(next, [B * T]), 'int32');
		const nll_N = crossEntropy(tf.reshape(logits_BTV, [B * T, V]), targets_N);
		const counted = tf.sum(tf.cast(tf.greaterEqual(targets_N, 0), 'float32'));
		return {
			loss: tf.div<tf.Scalar>(tf.sum(nll_N), counted),
			nll_BM: tf.slice(tf.reshape<tf.Rank.R2>(nll_N, [B, T]), [0, 0], [B, T - 1])
		};
	});
}
