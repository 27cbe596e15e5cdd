import * as tf from '@tensorflow/tfjs-core';
import { forward } from '$lib/model/forward';
import { hookAt, hookChain, noHooks, type LayerHooks } from '$lib/model/hook';
import type { Params } from '$lib/model/params';
import type { ModelConfig } from '$lib/protocol/config';
import type { HookPoint } from '$lib/protocol/trace';
import { nextTokenLoss } from './loss';

/** An intermediate of a pass. */
export interface Spot {
	layer: number | null;
	point: HookPoint;
	shape: readonly number[];
}

/**
 * The gradient of the mean next-token loss by intermediates of the pass itself: how the loss would
 * answer to a small push on each of their numbers, all weights as they are.
 *
 * @param spots intermediates of real numbers, with their shapes
 * @param hooks what else happens in the pass, before the push
 * @returns one tensor per spot, owned by the caller
 * @throws RangeError if sequences have fewer than two tokens
 */
export function gradientsAt(
	params: Params,
	config: ModelConfig,
	tokens_BT: tf.Tensor2D,
	spots: readonly Spot[],
	hooks: LayerHooks = noHooks
): tf.Tensor[] {
	const lossOf = (...pushes: tf.Tensor[]) => {
		const logits_BTV = forward(params, config, tokens_BT, (layer) =>
			hookChain([
				hooks(layer),
				...spots.flatMap((spot, i) =>
					spot.layer === layer
						? [hookAt([spot.point], (_point, tensor) => tf.add(tensor, pushes[i]!))]
						: []
				)
			])
		);
		return nextTokenLoss(logits_BTV, tokens_BT);
	};
	return tf.tidy(() => tf.grads(lossOf)(spots.map(({ shape }) => tf.zeros([...shape]))));
}
