import * as tf from '@tensorflow/tfjs-core';
import { hookAt, hookChain, noHooks, type LayerHooks } from '$lib/model/hook';
import type { HookPoint, Recording } from '$lib/protocol/trace';

/**
 * Records intermediates of one forward pass and hands them over as plain arrays.
 *
 *     const recorder = new Recorder(['router.gate']);
 *     tf.dispose(forward(params, config, tokens_BT, recorder.hooks));
 *     const recordings = await recorder.read();
 */
export class Recorder {
	readonly #wanted: readonly HookPoint[];
	readonly #inner: LayerHooks;
	readonly #kept: { layer: number | null; point: HookPoint; tensor: tf.Tensor }[] = [];

	/** @param inner hooks that intervene; what they return is what gets recorded */
	constructor(wanted: Iterable<HookPoint>, inner: LayerHooks = noHooks) {
		this.#wanted = [...wanted];
		this.#inner = inner;
	}

	/** Give this to the forward pass. */
	readonly hooks: LayerHooks = (layer) =>
		hookChain([
			this.#inner(layer),
			hookAt(this.#wanted, (point, tensor) => {
				this.#kept.push({ layer, point, tensor: tf.keep(tf.clone(tensor)) });
				return tensor;
			})
		]);

	/** Reads everything back at once, so the GPU is waited for once, and frees the tensors. */
	async read(): Promise<Recording[]> {
		const kept = this.#kept.splice(0);
		try {
			const arrays = await Promise.all(kept.map(({ tensor }) => tensor.data()));
			return kept.map(({ layer, point, tensor }, i) => ({
				layer,
				point,
				shape: [...tensor.shape],
				data: Float32Array.from(arrays[i]!)
			}));
		} finally {
			tf.dispose(kept.map(({ tensor }) => tensor));
		}
	}

	/** Frees the tensors unread: the pass has failed. */
	drop(): void {
		tf.dispose(this.#kept.splice(0).map(({ tensor }) => tensor));
	}
}
