import * as tf from '@tensorflow/tfjs-core';
import type { Random } from '$lib/math/random';
import { sampleToken, type Sampling } from '$lib/math/sample';
import type { ModelConfig } from '$lib/protocol/config';
import { decode, disposeCache, emptyCache, type DecodeCache } from './decode';
import { noHooks, type LayerHooks } from './hook';
import type { Params } from './params';

export interface Generation {
	/** How many tokens to add. */
	readonly count: number;
	/** Temperature, top-k and top-p; temperature 0 always takes the likeliest token. */
	readonly sampling: Sampling;
	/** Where chance comes from; the same generator state gives the same text. */
	readonly random: Random;
}

/**
 * Goes on with a text, one token after the other, each as soon as it is known. Every token costs one
 * position, because a cache remembers the ones before. Whoever stops early leaves the loop; nothing
 * stays behind.
 *
 * @param prompt token ids, at least one
 * @throws RangeError for an empty prompt or sampling settings out of range
 */
export async function* generate(
	params: Params,
	config: ModelConfig,
	prompt: ArrayLike<number>,
	{ count, sampling, random }: Generation,
	hooks: LayerHooks = noHooks
): AsyncGenerator<number, void, void> {
	if (prompt.length === 0) throw new RangeError('a text needs at least one token to go on from');
	let cache: DecodeCache = emptyCache(config);
	let next: Int32Array = Int32Array.from(prompt);
	try {
		for (let made = 0; made < count; made++) {
			const step = nextLogits(params, config, next, cache, hooks);
			disposeCache(cache);
			cache = step.cache;
			const logits = await step.logits_V.data();
			step.logits_V.dispose();
			const token = sampleToken(logits, sampling, random);
			next = Int32Array.of(token);
			yield token;
		}
	} finally {
		disposeCache(cache);
	}
}

/** The logits after the last of some new tokens, and the cache that has seen them. */
function nextLogits(
	params: Params,
	config: ModelConfig,
	tokens: Int32Array,
	cache: DecodeCache,
	hooks: LayerHooks
): { logits_V: tf.Tensor1D; cache: DecodeCache } {
	let grown = cache;
	const logits_V = tf.tidy(() => {
		const tokens_BT = tf.tensor2d(tokens, [1, tokens.length], 'int32');
		const { logits_BTV, cache: next } = decode(params, config, tokens_BT, cache, hooks);
		grown = next;
		const last = tf.slice(logits_BTV, [0, tokens.length - 1, 0], [1, 1, -1]);
		return tf.reshape<tf.Rank.R1>(last, [config.vocabulary]);
	});
	return { logits_V, cache: grown };
}
