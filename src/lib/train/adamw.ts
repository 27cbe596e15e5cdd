import * as tf from '@tensorflow/tfjs-core';
import { adamW, adamWRunsHere } from '$lib/kernels/adamW';
import { leaves } from '$lib/model/tree';

/*
 * AdamW with decoupled weight decay, as init + step on plain data:
 *
 *     m ← β₁·m + (1−β₁)·g        v ← β₂·v + (1−β₂)·g²
 *     w ← w − rate · ( (m / (1−β₁ᵗ)) / (√(v / (1−β₂ᵗ)) + ε)  +  decay·w )
 *
 * Source: Loshchilov and Hutter, Decoupled Weight Decay Regularization, algorithm 2, arXiv:1711.05101;
 * the decay is multiplied by the rate as in PyTorch's `torch.optim.AdamW`. Norm weights never decay.
 *
 * W = all weights, flattened one after the other in the order of `leaves`. Both moments are one
 * vector each: a GPU then needs a few large operations in place of hundreds of small ones.
 */

/** What AdamW remembers between steps. */
export interface AdamWMemory {
	/** Running mean of the gradient, m. */
	readonly mean_W: tf.Tensor1D;
	/** Running mean of the squared gradient, v. */
	readonly square_W: tf.Tensor1D;
	/** Updates made so far with this memory, t; also the place in the learning-rate schedule. */
	readonly age: number;
}

/** Numbers of one update. */
export interface AdamWNumbers {
	/** Learning rate. */
	rate: number;
	/** Weight decay, before the rate. */
	decay: number;
	/** Largest global gradient norm; longer gradients are shortened to it. 0: no limit. */
	clipNorm: number;
}

export interface AdamWOutcome {
	/** New weights in the order of the old ones. */
	weights: tf.Tensor[];
	optimizer: AdamWMemory;
	/** Norm of all gradients together, before clipping. */
	gradNorm: tf.Scalar;
}

/** Our choice; Meta published no optimizer for Llama 4. */
export const BETA_MEAN = 0.9;
export const BETA_SQUARE = 0.99;
export const EPSILON = 1e-8;

/** An empty memory for these weights. */
export function initAdamW(params: object): AdamWMemory {
	const size = leaves(params).reduce((sum, leaf) => sum + leaf.size, 0);
	return { mean_W: tf.zeros([size]), square_W: tf.zeros([size]), age: 0 };
}

/**
 * One update. Nothing is disposed of: the caller owns the old and the new tensors. The numbers of the
 * old weights and moments are used up, unless a clone holds them: the new ones may stand there.
 *
 * If the loss or the gradient norm is not finite, the new weights and moments equal the old ones, on
 * every backend and without reading anything back.
 *
 * @param weights leaves of the weights
 * @param grads their gradients, in the same order; null for a frozen weight, which stays as it is
 *   and whose gradient counts as 0
 * @param loss the loss that the gradients belong to
 * @param update how to compute; the default is the fastest way on the backend in use
 */
export function adamWStep(
	weights: readonly tf.Tensor[],
	grads: readonly (tf.Tensor | null)[],
	loss: tf.Scalar,
	optimizer: AdamWMemory,
	numbers: AdamWNumbers,
	update: AdamWUpdate = fastestUpdate()
): AdamWOutcome {
	const [mean_W, square_W, gradNorm, ...next] = tf.tidy(() =>
		update(weights, grads, loss, optimizer, numbers)
	);
	return {
		weights: next,
		optimizer: {
			mean_W: mean_W as tf.Tensor1D,
			square_W: square_W as tf.Tensor1D,
			age: optimizer.age + 1
		},
		gradNorm: gradNorm as tf.Scalar
	};
}

/** Gives the new mean, the new square, the gradient norm, then the new weights. */
export type AdamWUpdate = (
	weights: readonly tf.Tensor[],
	grads: readonly (tf.Tensor | null)[],
	loss: tf.Scalar,
	optimizer: AdamWMemory,
	numbers: AdamWNumbers
) => tf.Tensor[];

/** One kernel for all weights, where the backend in use has it. */
function fastestUpdate(): AdamWUpdate {
	return adamWRunsHere() ? updateByKernel : updateByTensors;
}

/** Norm weights do not decay; they are the only vectors. */
function decays(weight: tf.Tensor): boolean {
	return weight.rank > 1;
}

/** The numbers of one update as each weight needs them. */
interface StepFactors {
	/** Rate with both bias corrections drawn in. */
	rate: number;
	/** ε with the correction of v drawn in. */
	epsilon: number;
	/** Decays the weight. */
	shrink: number;
}

/** Update number t, from 1; drawing the corrections in saves two divisions per weight. */
function stepFactors({ rate, decay }: AdamWNumbers, t: number): StepFactors {
	const root = Math.sqrt(1 - BETA_SQUARE ** t);
	return {
		rate: (rate * root) / (1 - BETA_MEAN ** t),
		epsilon: EPSILON * root,
		shrink: 1 - rate * decay
	};
}

/** The update as tensor operations, the same within rounding; it waits for nothing. */
export const updateByTensors: AdamWUpdate = (
	weights,
	grads,
	loss,
	{ mean_W, square_W, age },
	numbers
) => {
	const grad_W = flat(grads.map((grad, i) => grad ?? tf.zerosLike(weights[i]!)));
	const gradNorm = tf.sqrt(tf.sum(tf.square(grad_W)));
	const isFinite = tf.isFinite(tf.add(tf.mul(gradNorm, 0), tf.mul(loss, 0)));
	const { rate, epsilon } = stepFactors(numbers, age + 1);
	const { clipNorm, decay } = numbers;
	const clip = clipNorm > 0 ? tf.div(clipNorm, tf.maximum(gradNorm, clipNorm)) : 1;
	const clipped_W = tf.mul(grad_W, clip);

	const mean = tf.add(tf.mul(mean_W, BETA_MEAN), tf.mul(clipped_W, 1 - BETA_MEAN));
	const square = tf.add(
		tf.mul(square_W, BETA_SQUARE),
		tf.mul(tf.square(clipped_W), 1 - BETA_SQUARE)
	);
	const change = tf.div(tf.mul(mean, rate), tf.add(tf.sqrt(square), epsilon));
	const change_W = tf.where(isFinite, change, tf.zerosLike(change));
	const shrink = tf.sub(1, tf.mul(tf.cast(isFinite, 'float32'), numbers.rate * decay));

	let offset = 0;
	const next = weights.map((leaf, i) => {
		const part = tf.reshape(tf.slice(change_W, [offset], [leaf.size]), leaf.shape);
		offset += leaf.size;
		if (grads[i] === null) return tf.clone(leaf);
		return tf.sub(decay > 0 && decays(leaf) ? tf.mul(leaf, shrink) : leaf, part);
	});
	return [
		tf.where(isFinite, mean, mean_W),
		tf.where(isFinite, square, square_W),
		gradNorm,
		...next
	];
};

/** All tensors as one vector, in order. */
function flat(tensors: readonly tf.Tensor[]): tf.Tensor1D {
	return tf.concat(tensors.map((tensor) => tf.reshape(tensor, [tensor.size])));
}

/** The update as one kernel, the same within rounding; on a GPU it waits for nothing. */
export const updateByKernel: AdamWUpdate = (
	weights,
	grads,
	loss,
	{ mean_W, square_W, age },
	numbers
) => {
	const { rate, epsilon, shrink } = stepFactors(numbers, age + 1);
	let offset = 0;
	const all = weights.map((weight, i) => {
		const leaf = { weight, grad: grads[i] ?? null, offset, decays: decays(weight) };
		offset += weight.size;
		return leaf;
	});
	const learned = all.flatMap(({ grad, ...leaf }) => (grad ? [{ ...leaf, grad }] : []));
	const [mean, square, gradNorm, ...updated] = adamW(
		learned.map(({ weight }) => weight),
		learned.map(({ grad }) => grad),
		{ loss, mean: mean_W, square: square_W },
		{
			leaves: learned.map((leaf) => ({ offset: leaf.offset, decays: leaf.decays })),
			...{ betaMean: BETA_MEAN, betaSquare: BETA_SQUARE, rate, epsilon, shrink },
			clipNorm: numbers.clipNorm
		}
	);
	let next = 0;
	const made = all.map(({ weight, grad }) => (grad ? updated[next++]! : tf.clone(weight)));
	return [mean!, square!, gradNorm!, ...made];
};
