import * as tf from '@tensorflow/tfjs-core';
import type { Intervention } from '$lib/protocol/interventions';
import { hookAt, hookChain, noHook, type Hook, type LayerHooks } from './hook';

/**
 * Hooks that carry out interventions: what would the model say if this part were silent? They change
 * one pass and leave the weights alone. Several interventions add up, in their order.
 *
 * @throws RangeError, when the pass reaches the layer, for an expert, head or mask that does not fit
 */
export function interventionHooks(interventions: readonly Intervention[]): LayerHooks {
	const byLayer = new Map<number, Hook[]>();
	for (const intervention of interventions) {
		const hooks = byLayer.get(intervention.layer) ?? [];
		byLayer.set(intervention.layer, [...hooks, interventionHook(intervention)]);
	}
	const chains = new Map([...byLayer].map(([layer, hooks]) => [layer, hookChain(hooks)]));
	return (layer) => (layer === null ? noHook : (chains.get(layer) ?? noHook));
}

function interventionHook(intervention: Intervention): Hook {
	switch (intervention.kind) {
		case 'silenceExpert':
			return hookAt(['router.gate'], (_point, gate) => silenced(gate, 1, intervention.expert));
		case 'silenceShared':
			return hookAt(['experts.shared'], (_point, out) => tf.zerosLike(out));
		case 'silenceHead':
			return hookAt(['attention.context'], (_point, context) =>
				silenced(context, 2, intervention.head)
			);
		case 'silenceLayer':
			return hookAt(['attention.out', 'experts.out', 'dense.out'], (_point, out) =>
				tf.zerosLike(out)
			);
		case 'mask':
			return hookAt(['attention.mask'], (_point, mask) => replaced(mask, intervention.mask));
	}
}

/** The tensor with zeros at one index of an axis. */
function silenced<T extends tf.Tensor>(tensor: T, axis: number, index: number): T {
	const length = tensor.shape[axis] ?? 0;
	if (!(Number.isInteger(index) && index >= 0 && index < length)) {
		throw new RangeError(`cannot silence number ${index} of ${length}`);
	}
	const isHeard = Float32Array.from({ length }, (_, i) => (i === index ? 0 : 1));
	const shape = tensor.shape.map((size, i) => (i === axis ? size : 1));
	return tf.tidy(() => tf.mul<T>(tensor, tf.tensor(isHeard, shape)));
}

function replaced<T extends tf.Tensor>(mask: T, allowed: Uint8Array): T {
	if (allowed.length !== mask.size) {
		throw new RangeError(
			`a mask of ${allowed.length} places does not fit ${mask.shape.join(' × ')}`
		);
	}
	return tf.tensor(Float32Array.from(allowed), mask.shape) as T;
}
