import * as tf from '@tensorflow/tfjs-core';
import { mixturePart } from '$lib/kernels/mixturePart';
import { network } from '$lib/kernels/network';
import { rmsNorm } from '$lib/kernels/rmsNorm';
import { routedExperts } from '$lib/kernels/routedExperts';
import type { ModelConfig } from '$lib/protocol/config';
import { HOOK_POINTS, type HookPoint } from '$lib/protocol/trace';
import { hookAs, isWanted, type Hook } from './hook';
import type { FeedForwardParams, MoeParams } from './params';
import { route } from './route';
import type { Span } from './span';

/** The points inside the part, but the one that a choice of experts passes through in any case. */
const POINTS = (Object.keys(HOOK_POINTS) as HookPoint[]).filter(
	(point) => /^(feedForward|router|experts)\./.test(point) && point !== 'router.chosen'
);

/**
 * The residual stream with a layer's feed-forward part added, computed from the normed stream. Where
 * nobody looks inside a mixture of experts, it is one operation.
 *
 * @returns [N, D], owned by the caller
 *
 * Source: `TransformerBlock.forward`, meta-llama/llama-models, models/llama4/model.py.
 */
export function withFeedForward(
	x_ND: tf.Tensor2D,
	params: FeedForwardParams,
	config: ModelConfig,
	span: Span,
	hook: Hook
): tf.Tensor2D {
	const { topK: choices, normEps: eps, variants, width } = config;
	const isWatched = POINTS.some((point) => isWanted(hook, point));
	if (params.kind === 'moe' && !isWatched && variants.router === 'sigmoid') {
		return mixturePart(x_ND, params, { choices, gateOn: variants.gate, eps }, (chosen_NC) =>
			hook('router.chosen', chosen_NC)
		);
	}
	return tf.tidy(() => {
		const seen_ND = rmsNorm(x_ND, params.norm_D, eps);
		const mid_ND = hookAs(hook, 'feedForward.norm', seen_ND, [span.batch, span.length, width]);
		return tf.add(x_ND, feedForward(mid_ND, params, config, span, hook));
	});
}

/**
 * The feed-forward part of a layer: one dense network, or the shared expert plus the routed ones.
 *
 * @param x_ND normed tokens
 * @returns [N, D], owned by the caller
 *
 * Source: `TransformerBlock.forward`, meta-llama/llama-models, models/llama4/model.py.
 */
function feedForward(
	x_ND: tf.Tensor2D,
	params: FeedForwardParams,
	config: ModelConfig,
	{ batch, length }: Span,
	hook: Hook
): tf.Tensor2D {
	if (params.kind === 'moe') return mixture(x_ND, params, config, hook);
	return tf.tidy(() => {
		const out_ND = network(x_ND, params.gate_DF, params.up_DF, params.down_FD);
		return hookAs(hook, 'dense.out', out_ND, [batch, length, config.width]);
	});
}

/**
 * A mixture of experts: `shared(x) + Σ over the chosen experts of Expert(gate · x)`.
 *
 * Source: `MoE.forward`, meta-llama/llama-models, models/llama4/moe.py.
 */
function mixture(
	x_ND: tf.Tensor2D,
	{ router_DE, gateUp_EDF, down_EFD, shared }: MoeParams,
	config: ModelConfig,
	hook: Hook
): tf.Tensor2D {
	return tf.tidy(() => {
		const routing = route(x_ND, router_DE, config, hook);
		const routed_ND = hook(
			'experts.routed',
			routedExperts({ x_ND, ...routing, gateUp_EDF, down_EFD }, config.variants.gate)
		);
		const shared_ND = hook(
			'experts.shared',
			network(x_ND, shared.gate_DF, shared.up_DF, shared.down_FD)
		);
		return hook('experts.out', tf.add(routed_ND, shared_ND));
	});
}
