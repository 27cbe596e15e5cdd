import * as tf from '@tensorflow/tfjs-core';
import { attend, type AttendSizes } from './attend';
import { largeKernel, present } from './largeKernel';
import { matMul } from './matMul';
import { rmsNorm, unitNorm } from './rmsNorm';
import { rotate } from './rotate';
import { withGradient } from './withGradient';

/** Weights of a layer's attention. */
export interface AttentionWeights {
	readonly norm_D: tf.Tensor1D;
	readonly q_DP: tf.Tensor2D;
	readonly k_DP: tf.Tensor2D;
	readonly v_DP: tf.Tensor2D;
	readonly out_PD: tf.Tensor2D;
}

/** What happens to queries and keys before they meet, in this order. */
export interface HeadChanges {
	/** Turns every head by the angles of its row's position. */
	readonly rotation: { readonly cos_TJ: tf.Tensor2D; readonly sin_TJ: tf.Tensor2D } | null;
	/** Norms every head by itself. */
	readonly isNormed: boolean;
	/** Multiplies the queries of each position. */
	readonly scale_T: tf.Tensor1D | null;
}

/** Sizes of the whole part; `eps` keeps both norms from dividing by zero. */
export interface AttentionPartSizes extends AttendSizes {
	readonly width: number;
	readonly eps: number;
	readonly isNormed: boolean;
}

type Weight = 'norm' | 'q' | 'k' | 'v' | 'out';
type Table = 'cos' | 'sin' | 'scale';
type Kept = 'inverse' | 'together' | 'raw' | 'context' | 'scores' | 'sums';

const partKernel = largeKernel<'x' | Weight | Table, 'y' | Kept, AttentionPartSizes, 'turned'>(
	'AttentionPart',
	['y', 'inverse', 'together', 'raw', 'context', 'scores', 'sums', 'turned']
);

const partGradient = largeKernel<
	'x' | Weight | Table | Kept | 'turned' | 'dy',
	'dx' | 'dNorm' | 'dQ' | 'dK' | 'dV' | 'dOut',
	AttentionPartSizes
>('AttentionPartGradient', ['dx', 'dNorm', 'dQ', 'dK', 'dV', 'dOut']);

/**
 * The attention part of a layer over whole sequences: `x + attention(norm(x)) · out`. On WebGL it is
 * one operation with few programs; elsewhere, and for sequences of odd length, it is composed.
 *
 * @param sizes as `attend` takes them; there are as many keys as queries
 * @returns as x, owned by the caller
 *
 * Source: `TransformerBlock.forward` and `Attention.forward`, meta-llama/llama-models,
 * models/llama4/model.py.
 */
export function attentionPart(
	x_ND: tf.Tensor2D,
	weights: AttentionWeights,
	changes: HeadChanges,
	sizes: AttendSizes,
	eps: number
): tf.Tensor2D {
	if (!partKernel.runsHere() || sizes.queries % 2 === 1) {
		return composedPart(x_ND, weights, changes, sizes, eps);
	}
	const { norm_D: norm, q_DP: q, k_DP: k, v_DP: v, out_PD: out } = weights;
	const { rotation, isNormed, scale_T: scale } = changes;
	const tables = { cos: rotation?.cos_TJ ?? null, sin: rotation?.sin_TJ ?? null, scale };
	const given = { x: x_ND, norm, q, k, v, out, ...tables };
	const all: AttentionPartSizes = { ...sizes, width: x_ND.shape[1], eps, isNormed };
	return withGradient(
		[x_ND, norm, q, k, v, out],
		() => {
			const { y, ...kept } = partKernel(given, all);
			return { value: y as tf.Tensor2D, saved: present({ ...given, ...kept }) };
		},
		(dy, saved) => {
			const made = partGradient(
				{ ...(saved as typeof given & Record<Kept | 'turned', tf.Tensor>), dy },
				all
			);
			return [made.dx, made.dNorm, made.dQ, made.dK, made.dV, made.dOut];
		}
	);
}

function composedPart(
	x_ND: tf.Tensor2D,
	{ norm_D, q_DP, k_DP, v_DP, out_PD }: AttentionWeights,
	{ rotation, isNormed, scale_T }: HeadChanges,
	sizes: AttendSizes,
	eps: number
): tf.Tensor2D {
	return tf.tidy(() => {
		const normed_ND = rmsNorm(x_ND, norm_D, eps);
		const [q_NP, k_NP] = [q_DP, k_DP].map((weight) => {
			const raw = matMul(normed_ND, weight);
			const turned = rotation ? rotate(raw, rotation.cos_TJ, rotation.sin_TJ) : raw;
			return isNormed ? unitNorm(turned, sizes.headWidth, eps) : turned;
		}) as [tf.Tensor2D, tf.Tensor2D];
		const scaled_NP = scale_T ? scaleQueries(q_NP, scale_T) : q_NP;
		const context_NP = attend(scaled_NP, k_NP, matMul(normed_ND, v_DP), sizes);
		return tf.add(x_ND, matMul(context_NP, out_PD));
	});
}

/**
 * The queries of each position times its factor.
 *
 * @param q_NP rows are sequences one after the other, each as long as the factors
 * @returns as q, owned by the caller
 */
export function scaleQueries(q_NP: tf.Tensor2D, scale_T: tf.Tensor1D): tf.Tensor2D {
	return tf.tidy(() => {
		const [N, P] = q_NP.shape;
		const T = scale_T.size;
		const q_BTP = tf.reshape(q_NP, [N / T, T, P]);
		return tf.reshape(tf.mul(q_BTP, tf.reshape(scale_T, [1, T, 1])), [N, P]);
	});
}
