import * as tf from '@tensorflow/tfjs-core';
import { softCrossEntropy } from '$lib/kernels/softCrossEntropy';
import { withoutGradient } from '$lib/kernels/withGradient';
import { isScheduled, scheduledWeight, type SoftWeight } from '$lib/math/distill';
import { tokenLosses } from './loss';

/** A teacher's targets for a batch, made once and read by every student. */
export interface SoftTargets {
	/** The teacher's softened distributions; a row of zeros at the last position of each sequence. */
	readonly target_NV: tf.Tensor2D;
	/** Entropy of each row, in nats. */
	readonly entropy_N: tf.Tensor1D;
	/** Distillation temperature τ. */
	readonly temperature: number;
	/** Tokens per sequence. */
	readonly length: number;
}

/**
 * The targets that a teacher's logits give. They carry no gradient: a student does not teach back.
 *
 * @param temperature τ > 0
 * @returns tensors owned by the caller
 */
export function makeTargets(logits_BTV: tf.Tensor3D, temperature: number): SoftTargets {
	const [B, T, V] = logits_BTV.shape;
	const [target_NV, entropy_N] = tf.tidy(() => {
		const soft_NV: tf.Tensor2D = tf.reshape(tf.div(logits_BTV, temperature), [B * T, V]);
		const isCounted = Array.from({ length: T }, (_, t) => Number(t + 1 < T));
		const counts_N1 = tf.tile(tf.tensor2d(isCounted, [T, 1]), [B, 1]);
		const probability_NV: tf.Tensor2D = tf.mul(tf.softmax(soft_NV), counts_N1);
		return [probability_NV, softCrossEntropy(soft_NV, probability_NV)] as const;
	});
	return { target_NV, entropy_N, temperature, length: T };
}

export function disposeTargets({ target_NV, entropy_N }: SoftTargets): void {
	tf.dispose([target_NV, entropy_N]);
}

/** Means over the predicted tokens of a batch, in nats: scalars owned by the caller. */
export interface DistillLosses {
	readonly total: tf.Scalar;
	readonly hard: tf.Scalar;
	readonly soft: tf.Scalar;
	/** Mean soft weight. */
	readonly weight: tf.Scalar;
}

/**
 * Hard and soft loss of a batch and their weighted sum, as `math/distill` has them for one token. The
 * weight is a constant to the gradient, whatever it was computed from.
 *
 * @param tokens_BT as many sequences as the student reads: the first ones of those the targets are for
 * @param progress share of the training that is done, 0 to 1
 */
export function distillLosses(
	logits_BTV: tf.Tensor3D,
	tokens_BT: tf.Tensor2D,
	targets: SoftTargets,
	rule: SoftWeight,
	progress: number
): DistillLosses {
	const [total, hard, soft, weight] = tf.tidy(() => {
		const [B, T, V] = logits_BTV.shape;
		const { temperature } = targets;
		const target_NV = tf.slice(targets.target_NV, [0, 0], [B * T, V]);
		const entropy_N = tf.slice(targets.entropy_N, [0], [B * T]);
		const soft_NV: tf.Tensor2D = tf.reshape(tf.div(logits_BTV, temperature), [B * T, V]);
		const perToken = (loss_N: tf.Tensor) =>
			tf.slice(tf.reshape<tf.Rank.R2>(loss_N, [B, T]), [0, 0], [B, T - 1]);

		const hard_BT = tokenLosses(logits_BTV, tokens_BT);
		const divergence_N = tf.sub(softCrossEntropy(soft_NV, target_NV), entropy_N);
		const soft_BT = tf.mul(perToken(divergence_N), temperature ** 2);
		const weight_BT = isScheduled(rule)
			? tf.scalar(scheduledWeight(rule, progress))
			: perToken(withoutGradient(() => tokenWeights(rule.kind, target_NV, entropy_N, soft_NV)));
		const total_BT = tf.add(tf.mul(hard_BT, tf.sub(1, weight_BT)), tf.mul(soft_BT, weight_BT));
		return [total_BT, hard_BT, soft_BT, weight_BT].map((each) => tf.mean<tf.Scalar>(each));
	}) as [tf.Scalar, tf.Scalar, tf.Scalar, tf.Scalar];
	return { total, hard, soft, weight };
}

/** The soft weight of each token by a rule that looks at it. */
function tokenWeights(
	kind: 'confidence' | 'gap',
	target_NV: tf.Tensor2D,
	entropy_N: tf.Tensor1D,
	soft_NV: tf.Tensor2D
): tf.Tensor1D {
	if (kind === 'confidence') {
		return tf.sub(1, tf.div(entropy_N, Math.log(target_NV.shape[1])));
	}
	return tf.div(tf.sum(tf.abs(tf.sub(target_NV, tf.softmax(soft_NV))), 1), 2);
}
