import type * as tf from '@tensorflow/tfjs-core';
import { arrayKernel } from './arrayKernel';
import type { LossSizes } from './plain/crossEntropy';
import { withGradient } from './withGradient';

type Array32 = Float32Array;

const lossKernel = arrayKernel<
	{ logits: Array32; targets: Int32Array },
	{ losses: Array32; logSums: Array32 },
	LossSizes
>({
	name: 'CrossEntropy',
	plan: (_shapes, { rows }) => ({ losses: [rows], logSums: [rows] }),
	run: ({ logits, targets }, { losses, logSums }, sizes, loops) => {
		const { rows, vocabulary } = sizes;
		// The highest logits lie where the losses will be.
		loops.sumPowers(logits, losses, logSums, sizes);
		for (let row = 0; row < rows; row++) {
			const target = targets[row]!;
			if (target >= vocabulary) throw new RangeError(`there is no token ${target}`);
			const logSum = losses[row]! + Math.log(logSums[row]!);
			logSums[row] = logSum;
			losses[row] = target < 0 ? 0 : logSum - logits[row * vocabulary + target]!;
		}
	}
});

const lossGradient = arrayKernel<
	{ logits: Array32; targets: Int32Array; logSums: Array32; dy: Array32 },
	{ dLogits: Array32 },
	LossSizes
>({
	name: 'CrossEntropyGradient',
	plan: ({ logits }) => ({ dLogits: logits }),
	run: ({ logits, targets, logSums, dy }, { dLogits }, { rows, vocabulary }, loops) => {
		for (let row = 0; row < rows; row++) {
			const target = targets[row]!;
			const [factor, start] = [dy[row]!, row * vocabulary];
			const own = dLogits.subarray(start, start + vocabulary);
			if (target < 0 || factor === 0) {
				own.fill(0);
				continue;
			}
			loops.shares(logits.subarray(start, start + vocabulary), own, logSums[row]!, factor);
			own[target]! -= factor;
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
