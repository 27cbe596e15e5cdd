import * as tf from '@tensorflow/tfjs-core';
import { crossEntropy } from './crossEntropy';
import { largeKernel } from './largeKernel';
import { withGradient } from './withGradient';

interface Sizes {
	readonly sequences: number;
	readonly length: number;
	readonly vocabulary: number;
}

const lossKernel = largeKernel<'logits' | 'tokens', 'loss' | 'logSums', Sizes>('NextTokenLoss', [
	'loss',
	'logSums'
]);

const lossGradient = largeKernel<'logits' | 'tokens' | 'logSums' | 'dy', 'dLogits', Sizes>(
	'NextTokenLossGradient',
	['dLogits']
);

/**
 * Mean cross-entropy of the next token over whole sequences, in nats; the last position of each
 * predicts nothing.
 *
 * @param tokens_BT int32, two in each sequence at least
 * @returns a scalar, owned by the caller
 */
export function meanNextTokenLoss(logits_NV: tf.Tensor2D, tokens_BT: tf.Tensor2D): tf.Scalar {
	const [sequences, length] = tokens_BT.shape;
	if (!lossKernel.runsHere()) {
		return tf.tidy(() => {
			const losses_N = crossEntropy(logits_NV, nextTargets(tokens_BT));
			return tf.div(tf.sum(losses_N), sequences * (length - 1));
		});
	}
	const sizes = { sequences, length, vocabulary: logits_NV.shape[1] };
	const given = { logits: logits_NV, tokens: tokens_BT };
	return withGradient(
		[logits_NV],
		() => {
			const { loss, logSums } = lossKernel(given, sizes);
			return { value: loss as tf.Scalar, saved: { ...given, logSums } };
		},
		(dy, saved) => [lossGradient({ ...saved, dy }, sizes).dLogits]
	);
}

/**
 * The token that each position predicts, flattened; −1 for the last of a sequence.
 *
 * @returns int32, owned by the caller
 */
export function nextTargets(tokens_BT: tf.Tensor2D): tf.Tensor1D {
	return tf.tidy(() => {
		const [B, T] = tokens_BT.shape;
		const none_B1 = tf.fill([B, 1], -1, 'int32');
		const targets_BT = tf.concat([tf.slice(tokens_BT, [0, 1], [B, T - 1]), none_B1], 1);
		return tf.cast(tf.reshape<tf.Rank.R1>(targets_BT, [B * T]), 'int32');
	});
}
