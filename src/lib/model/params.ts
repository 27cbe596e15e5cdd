import type * as tf from '@tensorflow/tfjs-core';
import type { ModelConfig } from '$lib/protocol/config';

/*
 * Letters for axes (the same in every file of kernels/, model/ and train/):
 *   B batch   T query position   S key position   N token (B·T flattened)   D model width
 *   H head    G key-value head   K head width     P projection (heads × head width)
 *   F feed-forward width   E expert   C choice (top-k)   R row (token × choice)   V vocabulary
 *
 * Matrices are input-major: a product is `x_ND · w_DF`, never with a transpose.
 */

/** Weights of a layer's attention. */
export interface AttentionParams {
	readonly norm_D: tf.Tensor1D;
	readonly q_DP: tf.Tensor2D;
	readonly k_DP: tf.Tensor2D;
	readonly v_DP: tf.Tensor2D;
	readonly out_PD: tf.Tensor2D;
}

/** Weights of one feed-forward network: `down(silu(x · gate) · (x · up))`. */
export interface NetworkParams {
	readonly gate_DF: tf.Tensor2D;
	readonly up_DF: tf.Tensor2D;
	readonly down_FD: tf.Tensor2D;
}

/** A mixture-of-experts layer: router, routed experts and the shared expert. */
export interface MoeParams {
	readonly kind: 'moe';
	readonly norm_D: tf.Tensor1D;
	readonly router_DE: tf.Tensor2D;
	/** Gate and up side by side: columns 0 … F−1 are the gate, F … 2F−1 are up. */
	readonly gateUp_EDF: tf.Tensor3D;
	readonly down_EFD: tf.Tensor3D;
	readonly shared: NetworkParams;
}

/** A dense layer: one wide network for every token. */
export interface DenseParams extends NetworkParams {
	readonly kind: 'dense';
	readonly norm_D: tf.Tensor1D;
}

export type FeedForwardParams = MoeParams | DenseParams;

export interface LayerParams {
	readonly attention: AttentionParams;
	readonly feedForward: FeedForwardParams;
}

/** All weights of a model, a plain tree with tensors at the leaves. */
export interface Params {
	readonly embed_VD: tf.Tensor2D;
	readonly layers: readonly LayerParams[];
	readonly finalNorm_D: tf.Tensor1D;
	/** Null where the embedding is also the output matrix. */
	readonly output_DV: tf.Tensor2D | null;
}

/** What a leaf is for; decides its start value and whether it decays. */
export type LeafRole = 'embedding' | 'norm' | 'matrix' | 'residual' | 'router' | 'output';

/** One leaf before it has numbers. */
export interface LeafPlan {
	readonly shape: readonly number[];
	/** Numbers summed for one output, 1 for norms. */
	readonly fanIn: number;
	readonly role: LeafRole;
}

type Planned<T> = T extends tf.Tensor
	? LeafPlan
	: T extends string | null
		? T
		: { readonly [K in keyof T]: Planned<T[K]> };

/** The tree of a configuration with a plan at every leaf: names, order, shapes and roles. */
export type ParamsPlan = Planned<Params>;

/** The shape and role of every weight of a configuration. */
export function planParams(config: ModelConfig): ParamsPlan {
	const { vocabulary: V, width: D } = config;
	return {
		embed_VD: { shape: [V, D], fanIn: 1, role: 'embedding' },
		layers: config.layers.map(({ feedForward }) => ({
			attention: planAttention(config),
			feedForward: feedForward === 'moe' ? planMoe(config) : planDense(config)
		})),
		finalNorm_D: planNorm(D),
		output_DV: config.tiedEmbeddings ? null : { shape: [D, V], fanIn: D, role: 'output' }
	};
}

function planNorm(D: number): LeafPlan {
	return { shape: [D], fanIn: 1, role: 'norm' };
}

function planAttention({ width: D, heads, kvHeads, headWidth }: ModelConfig) {
	const P = heads * headWidth;
	const kvP = kvHeads * headWidth;
	return {
		norm_D: planNorm(D),
		q_DP: { shape: [D, P], fanIn: D, role: 'matrix' },
		k_DP: { shape: [D, kvP], fanIn: D, role: 'matrix' },
		v_DP: { shape: [D, kvP], fanIn: D, role: 'matrix' },
		out_PD: { shape: [P, D], fanIn: P, role: 'residual' }
	} as const;
}

function planNetwork(D: number, F: number) {
	return {
		gate_DF: { shape: [D, F], fanIn: D, role: 'matrix' },
		up_DF: { shape: [D, F], fanIn: D, role: 'matrix' },
		down_FD: { shape: [F, D], fanIn: F, role: 'residual' }
	} as const;
}

function planMoe({ width: D, feedForward: F, experts: E }: ModelConfig) {
	return {
		kind: 'moe',
		norm_D: planNorm(D),
		router_DE: { shape: [D, E], fanIn: D, role: 'router' },
		gateUp_EDF: { shape: [E, D, 2 * F], fanIn: D, role: 'matrix' },
		down_EFD: { shape: [E, F, D], fanIn: F, role: 'residual' },
		shared: planNetwork(D, F)
	} as const;
}

function planDense({ width: D, denseFeedForward: F }: ModelConfig) {
	return { kind: 'dense', norm_D: planNorm(D), ...planNetwork(D, F) } as const;
}
