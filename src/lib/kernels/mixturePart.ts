import * as tf from '@tensorflow/tfjs-core';
import { gates } from './gate';
import { largeKernel } from './largeKernel';
import { matMul } from './matMul';
import { network } from './network';
import { chooseExperts } from './pick';
import { rmsNorm } from './rmsNorm';
import { routedExperts } from './routedExperts';
import { withGradient } from './withGradient';

/** Weights of a mixture of experts with its norm. */
export interface MixtureWeights {
	readonly norm_D: tf.Tensor1D;
	readonly router_DE: tf.Tensor2D;
	readonly gateUp_EDF: tf.Tensor3D;
	readonly down_EFD: tf.Tensor3D;
	readonly shared: {
		readonly gate_DF: tf.Tensor2D;
		readonly up_DF: tf.Tensor2D;
		readonly down_FD: tf.Tensor2D;
	};
}

/** How a mixture routes. */
export interface MixtureSettings {
	/** Experts per token. */
	readonly choices: number;
	/** `output` multiplies the expert's answer in place of its input; not Llama 4. */
	readonly gateOn: 'input' | 'output';
	/** Keeps the norm from dividing by zero. */
	readonly eps: number;
}

export interface MixtureSizes extends MixtureSettings {
	/** Choices of all tokens. */
	readonly rows: number;
	readonly experts: number;
	readonly width: number;
	readonly hidden: number;
}

/** Sees the chosen experts, and may put others in their place. */
export type SeeChosen = (chosen_NC: tf.Tensor2D) => tf.Tensor2D;

type Weight = 'gateUp' | 'down' | 'sharedGate' | 'sharedUp' | 'sharedDown';
type Routed = 'inverse' | 'normed' | 'logits' | 'chosen';
type Kept =
	| ('order' | 'starts' | 'given' | 'gated' | 'raised' | 'inner' | 'answer')
	| ('sharedGated' | 'sharedRaised' | 'sharedInner');

const routeKernel = largeKernel<'x' | 'norm' | 'router', Routed, MixtureSizes>('Route', [
	'inverse',
	'normed',
	'logits',
	'chosen'
]);

const mixtureKernel = largeKernel<
	'x' | 'normed' | 'logits' | 'chosen' | Weight,
	'y' | Kept,
	MixtureSizes
>('MixturePart', [
	...(['y', 'order', 'starts', 'given', 'gated', 'raised', 'inner', 'answer'] as const),
	...(['sharedGated', 'sharedRaised', 'sharedInner'] as const)
]);

const mixtureGradient = largeKernel<
	'x' | 'norm' | 'router' | Routed | Weight | Kept | 'dy',
	'dx' | 'dNorm' | 'dRouter' | 'dGateUp' | 'dDown' | 'dSharedGate' | 'dSharedUp' | 'dSharedDown',
	MixtureSizes
>('MixturePartGradient', [
	...(['dx', 'dNorm', 'dRouter', 'dGateUp', 'dDown'] as const),
	...(['dSharedGate', 'dSharedUp', 'dSharedDown'] as const)
]);

/**
 * The feed-forward part of a layer with experts: `x + shared(z) + Σ over choices of Expert(gate · z)`,
 * with `z = norm(x)` and the gate the sigmoid of the chosen logit. On WebGL it is two operations with
 * few programs; elsewhere, and for experts of odd size, it is composed.
 *
 * @returns as x, owned by the caller
 *
 * Source: `TransformerBlock.forward` and `MoE.forward`, meta-llama/llama-models, models/llama4/.
 */
export function mixturePart(
	x_ND: tf.Tensor2D,
	weights: MixtureWeights,
	settings: MixtureSettings,
	see: SeeChosen
): tf.Tensor2D {
	const { norm_D: norm, router_DE: router, gateUp_EDF: gateUp, down_EFD: down } = weights;
	const [experts, width, both] = gateUp.shape;
	if (!mixtureKernel.runsHere() || both % 4 > 0)
		return composedMixture(x_ND, weights, settings, see);
	const { gate_DF: sharedGate, up_DF: sharedUp, down_FD: sharedDown } = weights.shared;
	const rows = x_ND.shape[0] * settings.choices;
	const sizes: MixtureSizes = { ...settings, rows, experts, width, hidden: both / 2 };
	const own = { gateUp, down, sharedGate, sharedUp, sharedDown };
	return withGradient(
		[x_ND, norm, router, gateUp, down, sharedGate, sharedUp, sharedDown],
		() => {
			const route = routeKernel({ x: x_ND, norm, router }, sizes);
			const { inverse, normed, logits } = route;
			const chosen = see(route.chosen as tf.Tensor2D);
			const { y, ...kept } = mixtureKernel({ x: x_ND, normed, logits, chosen, ...own }, sizes);
			const routed = { x: x_ND, norm, router, inverse, normed, logits, chosen };
			return { value: y as tf.Tensor2D, saved: { ...routed, ...own, ...kept } };
		},
		(dy, saved) => {
			const made = mixtureGradient({ ...saved, dy }, sizes);
			const shared = [made.dSharedGate, made.dSharedUp, made.dSharedDown];
			return [made.dx, made.dNorm, made.dRouter, made.dGateUp, made.dDown, ...shared];
		}
	);
}

function composedMixture(
	x_ND: tf.Tensor2D,
	{ norm_D, router_DE, gateUp_EDF, down_EFD, shared }: MixtureWeights,
	{ choices, gateOn, eps }: MixtureSettings,
	see: SeeChosen
): tf.Tensor2D {
	return tf.tidy(() => {
		const normed_ND = rmsNorm(x_ND, norm_D, eps);
		const logits_NE = matMul(normed_ND, router_DE);
		const chosen_NC = see(chooseExperts(logits_NE, choices));
		const gate_NC = gates(logits_NE, chosen_NC);
		const inputs = { x_ND: normed_ND, gate_NC, chosen_NC, gateUp_EDF, down_EFD };
		const routed_ND = routedExperts(inputs, gateOn);
		const shared_ND = network(normed_ND, shared.gate_DF, shared.up_DF, shared.down_FD);
		return tf.add(x_ND, tf.add(routed_ND, shared_ND));
	});
}
