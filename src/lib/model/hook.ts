import { reshape, type Tensor } from '@tensorflow/tfjs-core';
import type { HookPoint } from '$lib/protocol/trace';

/**
 * Sits on the intermediates of one layer. It returns the tensor to carry on with: the same one to
 * watch, or another of the same shape to intervene ("what if this expert were silent?").
 *
 * Tensors handed to a hook belong to the forward pass: a hook that wants to keep one past the pass
 * says `tf.keep(tf.clone(tensor))`.
 */
export interface Hook {
	<T extends Tensor>(point: HookPoint, tensor: T): T;
	/**
	 * Which points this hook looks at; without it, all. The forward pass leaves out work that no
	 * hook asks for, such as the full attention pattern of a chunked layer.
	 */
	readonly wants?: (point: HookPoint) => boolean;
}

/** The hook of each layer by its index, and of what lies outside the layers by null. */
export type LayerHooks = (layer: number | null) => Hook;

/** A hook that looks at the named points only. */
export function hookAt(points: readonly HookPoint[], see: Hook): Hook {
	const named = new Set<HookPoint>(points);
	const hook: Hook = (point, tensor) => (named.has(point) ? see(point, tensor) : tensor);
	return Object.assign(hook, { wants: (point: HookPoint) => named.has(point) });
}

/** Lets everything through and asks for nothing: the hook of a plain forward pass. */
export const noHook: Hook = hookAt([], (_point, tensor) => tensor);
export const noHooks: LayerHooks = () => noHook;

/** Whether a hook looks at a point. */
export function isWanted(hook: Hook, point: HookPoint): boolean {
	return hook.wants === undefined || hook.wants(point);
}

/** One hook after the other; each sees what the one before it returned. */
export function hookChain(hooks: readonly Hook[]): Hook {
	const chain: Hook = (point, tensor) =>
		hooks.reduce((now, hook) => (isWanted(hook, point) ? hook(point, now) : now), tensor);
	return Object.assign(chain, {
		wants: (point: HookPoint) => hooks.some((hook) => isWanted(hook, point))
	});
}

/**
 * Shows a tensor to a hook in the shape of its hook point, and goes on with the same numbers in its
 * own shape.
 */
export function hookAs<T extends Tensor>(
	hook: Hook,
	point: HookPoint,
	tensor: T,
	shape: number[]
): T {
	if (!isWanted(hook, point)) return tensor;
	return reshape(hook(point, reshape(tensor, shape)), tensor.shape) as T;
}
