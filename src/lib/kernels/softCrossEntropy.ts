import * as tf from '@tensorflow/tfjs-core';
import { arrayKernel } from './arrayKernel';
import { exp } from './plain/exp';
import { withGradient } from './withGradient';

type Array32 = Float32Array;

interface Sizes {
	readonly rows: number;
	readonly vocabulary: number;
}

const lossKernel = arrayKernel<
	{ logits: Array32; targets: Array32 },
	{ losses: Array32; logSums: Array32 },
	Sizes
>({
	name: 'SoftCrossEntropy',
	plan: (_shapes, { rows }) => ({ losses: [rows], logSums: [rows] }),
	run: ({ logits, targets }, { losses, logSums }, { rows, vocabulary }) => {
		for (let row = 0; row < rows; row++) {
			const [start, end] = [row * vocabulary, (row + 1) * vocabulary];
			let highest = -Infinity;
			for (let v = start; v < end; v++) highest = Math.max(highest, logits[v]!);
			let sum = 0;
			for (let v = start; v < end; v++) sum += exp(logits[v]! - highest);
			const logSum = highest + Math.log(sum);
			logSums[row] = logSum;
			let loss = 0;
			for (let v = start; v < end; v++) loss += targets[v]! * (logSum - logits[v]!);
			losses[row] = loss;
		}
	}
});

const lossGradient = arrayKernel<
	{ logits: Array32; targets: Array32; logSums: Array32; dy: Array32 },
	{ dLogits: Array32 },
	Sizes
>({
	name: 'SoftCrossEntropyGradient',
	plan: ({ logits }) => ({ dLogits: logits }),
	run: ({ logits, targets, logSums, dy }, { dLogits }, { rows, vocabulary }) => {
		for (let row = 0; row < rows; row++) {
			const [start, end] = [row * vocabulary, (row + 1) * vocabulary];
			const [factor, logSum] = [dy[row]!, logSums[row]!];
			let mass = 0;
			for (let v = start; v < end; v++) mass += targets[v]!;
			for (let v = start; v < end; v++) {
				dLogits[v] = factor * (mass * exp(logits[v]! - logSum) - targets[v]!);
			}
		}
	}
});

/**
 * Cross-entropy with whole distributions as targets: `−Σ target · ln softmax(logits)`, in nats. Only the
 * logits have a gradient, `softmax(logits) − target`. A row of zeros is no target: its loss and gradient
 * are 0.
 *
 * @param targets_NV rows that sum to 1, or to 0
 * @returns [N], owned by the caller
 */
export function softCrossEntropy(logits_NV: tf.Tensor2D, targets_NV: tf.Tensor2D): tf.Tensor1D {
	const [rows, vocabulary] = logits_NV.shape;
	if (!lossKernel.runsHere()) {
		return tf.tidy(() => tf.neg(tf.sum(tf.mul(tf.logSoftmax(logits_NV), targets_NV), 1)));
	}
	const [logits, targets, sizes] = [logits_NV, targets_NV, { rows, vocabulary }];
	return withGradient(
		[logits],
		() => {
			const { losses, logSums } = lossKernel({ logits, targets }, sizes);
			return { value: losses as tf.Tensor1D, saved: { logits, targets, logSums } };
		},
		(dy, saved) => [lossGradient({ ...saved, dy }, sizes).dLogits]
	);
}
