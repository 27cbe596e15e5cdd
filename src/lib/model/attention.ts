import * as tf from '@tensorflow/tfjs-core';
import { attend, type AttendSizes } from '$lib/kernels/attend';
import { attentionPart, scaleQueries } from '$lib/kernels/attentionPart';
import { matMul } from '$lib/kernels/matMul';
import { rmsNorm, unitNorm } from '$lib/kernels/rmsNorm';
import { rotate } from '$lib/kernels/rotate';
import { attentionScale, attentionScope } from '$lib/math/attention';
import type { LayerConfig, ModelConfig } from '$lib/protocol/config';
import { HOOK_POINTS, type HookPoint } from '$lib/protocol/trace';
import { hookAs, isWanted, noHook, type Hook } from './hook';
import { attendOpenly } from './openAttention';
import type { AttentionParams } from './params';
import type { Span } from './span';

/** Queries, keys and values as attention takes them; rows are batch × position, heads side by side. */
export interface Heads {
	readonly q_NP: tf.Tensor2D;
	readonly k_MP: tf.Tensor2D;
	readonly v_MP: tf.Tensor2D;
}

/** Puts what a cache remembers before a pass's own keys and values; says where the first key stands. */
export type RecallHeads = (heads: Heads) => { heads: Heads; firstKey: number };

const POINTS = (Object.keys(HOOK_POINTS) as HookPoint[]).filter((point) =>
	point.startsWith('attention.')
);

/**
 * The residual stream with a layer's attention added. Where nobody looks inside and nothing is
 * recalled, it is one operation.
 *
 * @returns [N, D], owned by the caller
 *
 * Source: `TransformerBlock.forward`, meta-llama/llama-models, models/llama4/model.py.
 */
export function withAttention(
	x_ND: tf.Tensor2D,
	params: AttentionParams,
	config: ModelConfig,
	layer: LayerConfig,
	span: Span,
	recall: RecallHeads | null,
	hook: Hook
): tf.Tensor2D {
	return tf.tidy(() => {
		const { batch, length, cos_TJ, sin_TJ } = span;
		const { normEps, width, qkNorm, variants } = config;
		const isRope = layer.positions === 'rope';
		const isWatched = POINTS.some((point) => isWanted(hook, point));
		if (!recall && !isWatched && variants.scale === 'multiply') {
			const changes = {
				rotation: isRope ? { cos_TJ, sin_TJ } : null,
				isNormed: isRope && qkNorm,
				scale_T: queryScale(config, layer, span, noHook)
			};
			const sizes = sizesOf(config, layer, span, span.first, length);
			return attentionPart(x_ND, params, changes, sizes, normEps);
		}
		const seen_ND = rmsNorm(x_ND, params.norm_D, normEps);
		const normed_ND = hookAs(hook, 'attention.norm', seen_ND, [batch, length, width]);
		const own = headsOf(normed_ND, params, config, layer, span, hook);
		const { heads, firstKey } = recall?.(own) ?? { heads: own, firstKey: span.first };
		return tf.add(x_ND, mixHeads(heads, params, config, layer, span, firstKey, hook));
	});
}

function sizesOf(
	{ heads, kvHeads, headWidth, chunk }: ModelConfig,
	{ scope }: LayerConfig,
	{ batch, first, length }: Span,
	firstKey: number,
	keys: number
): AttendSizes {
	return {
		...{ batch, heads, kvHeads, headWidth },
		...{ firstQuery: first, queries: length, firstKey, keys },
		scope: attentionScope(scope, chunk)
	};
}

/**
 * Queries, keys and values of normed tokens. In a RoPE layer queries and keys are rotated and then,
 * where the model has QK-norm, normed per head; in a NoPE layer queries are scaled by their position.
 *
 * @returns tensors owned by the caller
 *
 * Source: `Attention.forward`, meta-llama/llama-models, models/llama4/model.py.
 */
function headsOf(
	x_ND: tf.Tensor2D,
	params: AttentionParams,
	config: ModelConfig,
	layer: LayerConfig,
	span: Span,
	hook: Hook
): Heads {
	return tf.tidy(() => {
		const { batch: B, length: T } = span;
		const { heads: H, kvHeads: G, headWidth: K } = config;
		let q_NP = hookAs(hook, 'attention.q', matMul(x_ND, params.q_DP), [B, T, H * K]);
		let k_MP = hookAs(hook, 'attention.k', matMul(x_ND, params.k_DP), [B, T, G * K]);
		const v_MP = hookAs(hook, 'attention.v', matMul(x_ND, params.v_DP), [B, T, G * K]);
		if (layer.positions === 'rope') {
			q_NP = hookAs(hook, 'attention.qRope', turned(q_NP, span), [B, T, H, K]);
			k_MP = hookAs(hook, 'attention.kRope', turned(k_MP, span), [B, T, G, K]);
		}
		if (layer.positions === 'rope' && config.qkNorm) {
			q_NP = hookAs(hook, 'attention.qNorm', headNorm(q_NP, config), [B, T, H, K]);
			k_MP = hookAs(hook, 'attention.kNorm', headNorm(k_MP, config), [B, T, G, K]);
		}
		const scale_T = queryScale(config, layer, span, hook);
		if (scale_T && config.variants.scale === 'multiply') q_NP = scaleQueries(q_NP, scale_T);
		q_NP = hookHeadsFirst(hook, 'attention.qFinal', q_NP, [B, T, H, K]);
		k_MP = hookHeadsFirst(hook, 'attention.kFinal', k_MP, [B, T, G, K]);
		return { q_NP, k_MP, v_MP };
	});
}

/**
 * Mixes the values of the keys that each query sees and projects back into the residual stream.
 *
 * @param firstKey absolute position of the first key, before the span's first where a cache helps
 * @returns [N, D], owned by the caller
 *
 * Source: `Attention.forward`, meta-llama/llama-models, models/llama4/model.py.
 */
function mixHeads(
	{ q_NP, k_MP, v_MP }: Heads,
	params: AttentionParams,
	config: ModelConfig,
	layer: LayerConfig,
	span: Span,
	firstKey: number,
	hook: Hook
): tf.Tensor2D {
	return tf.tidy(() => {
		const { batch: B, length: T } = span;
		const { heads: H, headWidth: K, width: D } = config;
		const sizes = sizesOf(config, layer, span, firstKey, k_MP.shape[0] / B);
		const added_T =
			config.variants.scale === 'add' ? queryScale(config, layer, span, noHook) : null;
		const context_NP =
			added_T || isOpen(hook)
				? attendOpenly({ q_NP, k_MP, v_MP }, sizes, added_T, hook)
				: attend(q_NP, k_MP, v_MP, sizes);
		const seen_NP = hookAs(hook, 'attention.context', context_NP, [B, T, H, K]);
		return hookAs(hook, 'attention.out', matMul(seen_NP, params.out_PD), [B, T, D]);
	});
}

/** Whether a hook wants to see or change what only the full table of scores shows. */
function isOpen(hook: Hook): boolean {
	return (['attention.mask', 'attention.scores', 'attention.pattern'] as const).some((point) =>
		isWanted(hook, point)
	);
}

function turned(x_NP: tf.Tensor2D, { cos_TJ, sin_TJ }: Span): tf.Tensor2D {
	return rotate(x_NP, cos_TJ, sin_TJ);
}

/** RMS norm of each head by itself, without weights. */
function headNorm(x_NP: tf.Tensor2D, { headWidth, normEps }: ModelConfig): tf.Tensor2D {
	return unitNorm(x_NP, headWidth, normEps);
}

/** The scale of each position's query in a NoPE layer, or null where the layer has none. */
function queryScale(
	{ attentionScale: settings }: ModelConfig,
	{ positions }: LayerConfig,
	{ first, length }: Span,
	hook: Hook
): tf.Tensor1D | null {
	if (positions !== 'nope' || !settings) return null;
	const scales = Float32Array.from({ length }, (_, i) => attentionScale(first + i, settings));
	return hook('attention.scale', tf.tensor1d(scales));
}

/** Shows queries or keys to a hook as [batch, heads, positions, head width]. */
function hookHeadsFirst(
	hook: Hook,
	point: 'attention.qFinal' | 'attention.kFinal',
	x_NP: tf.Tensor2D,
	shape: [number, number, number, number]
): tf.Tensor2D {
	if (!isWanted(hook, point)) return x_NP;
	const headsFirst = tf.transpose(tf.reshape(x_NP, shape), [0, 2, 1, 3]);
	return tf.reshape(tf.transpose(hook(point, headsFirst), [0, 2, 1, 3]), x_NP.shape);
}
