import * as tf from '@tensorflow/tfjs-core';
import { network } from '$lib/kernels/network';
import { routedExperts } from '$lib/kernels/routedExperts';
import type { ModelConfig } from '$lib/protocol/config';
import { hookAs, noHook, type Hook } from './hook';
import type { FeedForwardParams, MoeParams } from './params';
import { route } from './route';
import type { Span } from './span';

/**
 * The feed-forward part of a layer: one dense network, or the shared expert plus the routed ones.
 *
 * @param x_ND normed tokens
 * @returns [N, D], owned by the caller
 *
 * Source: `TransformerBlock.forward`, meta-llama/llama-models, models/llama4/model.py.
 */
export function feedForward(
	x_ND: tf.Tensor2D,
	params: FeedForwardParams,
	config: ModelConfig,
	{ batch, length }: Span,
	hook: Hook = noHook
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
