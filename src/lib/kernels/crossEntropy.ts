import * as tf from '@tensorflow/tfjs-core';
import { arrayKernel } from './arrayKernel';
import { exp } from './exp';
import { marks } from './marks';
import { withGradient } from './withGradient';

type Array32 = Float32Array;

const lossKernel = arrayKernel<
	{ logits: Array32; targets: Int32Array },
	{ losses: Array32; logSums: Array32 },
	{ rows: number; vocabulary: number }
>({
	name: 'CrossEntropy',
	plan: (_shapes, { rows }) => ({ losses: [rows], logSums: [rows] }),
	run: ({ logits, targets }, { losses, logSums }, { rows, vocabulary }) => {
		for (let row = 0; row < rows; row++) {
			const start = row * vocabulary;
			const target = targets[row]!;
			if (target >= vocabulary) throw new RangeError(`there is no token ${target}`);
			let highest = -Infinity;
			for (let v = start; v < start + vocabulary; v++) highest = Math.max(highest, logits[v]!);
			let sum = 0;
			for (let v = start; v < start + vocabulary; v++) sum += exp(logits[v]! - highest);
			const logSum = highest + Math.log(sum);
			logSums[row] = logSum;
			losses[row] = target < 0 ? 0 : logSum - logits[start + target]!;
		}
	}
});

const lossGradient = arrayKernel<
	{ logits: Array32; targets: Int32Array; logSums: Array32; dy: Array32 },
	{ dLogits: Array32 },
	{ rows: number; vocabulary: number }
>({
	name: 'CrossEntropyGradient',
	plan: ({ logits }) => ({ dLogits: logits }),
	run: ({ logits, targets, logSums, dy }, { dLogits }, { rows, vocabulary }) => {
		dLogits.fill(0);
		for (let row = 0; row < rows; row++) {
			const target = targets[row]!;
			const [factor, logSum, start] = [dy[row]!, logSums[row]!, row * vocabulary];
			if (target < 0 || factor === 0) continue;
			for (let v = start; v < start + vocabulary; v++) {
				dLogits[v] = factor * exp(logits[v]! - logSum);
			}
			dLogits[start + target]! -= factor;
		}
	}
});

/**
 * How surprised the logits are by each target: `−ln softmax(logits)[target]`, in nats. A negative
 * target is no target: its loss and gradient are 0.
 *
 * @param targets_N int32
 * @returns [N], owned by the caller
 * @throws RangeError (array backends) for a target beyond the vocabulary
 */
export function crossEntropy(logits_NV: tf.Tensor2D, targets_N: tf.Tensor1D): tf.Tensor1D {
	const [rows, vocabulary] = logits_NV.shape;
	if (!lossKernel.runsHere()) {
		return tf.tidy(() => {
			const isTarget_NV = marks(targets_N, vocabulary);
			return tf.neg(tf.sum(tf.mul(tf.logSoftmax(logits_NV), isTarget_NV), 1));
		});
	}
	const [logits, targets, sizes] = [logits_NV, targets_N, { rows, vocabulary }];
	return withGradient(
		[logits],
		() => {
			const { losses, logSums } = lossKernel({ logits, targets }, sizes);
			return { value: losses as tf.Tensor1D, saved: { logits, targets, logSums } };
		},
		(dy, saved) => [lossGradient({ ...saved, dy }, sizes).dLogits]
	);
}
