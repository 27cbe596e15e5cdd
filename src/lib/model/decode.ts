import * as tf from '@tensorflow/tfjs-core';
import { attentionScope, decodeMask, keptKeys } from '$lib/math/attention';
import type { ModelConfig } from '$lib/protocol/config';
import type { Heads } from './attention';
import { noHooks, type LayerHooks } from './hook';
import type { Params } from './params';
import { runStack, type Recall } from './stack';

/** What one layer remembers: keys (rotated and normed) and values of earlier positions. */
export interface LayerCache {
	/** [batch, kept positions, key-value heads × head width]; null where nothing is kept. */
	readonly k_BSP: tf.Tensor3D | null;
	readonly v_BSP: tf.Tensor3D | null;
	/** Absolute position of the first kept key; where none is kept, of the next one. */
	readonly firstKey: number;
}

/** What a model remembers of a text, for the next call of `decode`. */
export interface DecodeCache {
	/** Absolute position of the next token: how many the cache has seen. */
	readonly length: number;
	readonly layers: readonly LayerCache[];
}

/** How far a layer looked in a call. */
export interface LayerReach {
	/** Keys kept after the call. */
	readonly cacheLength: number;
	/** Keys that the call attended over. */
	readonly keys: number;
	/** Absolute position of the first of them. */
	readonly firstKey: number;
	/** Keys that the call's last query sees. */
	readonly visibleLast: number;
}

/** An empty cache: nothing seen. */
export function emptyCache(config: ModelConfig): DecodeCache {
	return {
		length: 0,
		layers: config.layers.map(() => ({ k_BSP: null, v_BSP: null, firstKey: 0 }))
	};
}

/** Frees the tensors of a cache. */
export function disposeCache({ layers }: DecodeCache): void {
	for (const { k_BSP, v_BSP } of layers) tf.dispose([k_BSP ?? [], v_BSP ?? []]);
}

/**
 * Goes on with a text: the logits of some new tokens, given what a cache remembers of those before. By
 * tokens or by blocks of any size, the logits are those of one pass over the whole text. Chunked and
 * sliding layers keep the last `chunk − 1` keys, which is all that a next query can need; global
 * layers keep every key.
 *
 * @param tokens_BT the new tokens, int32, of as many sequences as before
 * @param cache stays as it is; the caller owns both it and the new one
 * @returns logits_BTV and the new cache, owned by the caller, and how far each layer looked
 *
 * Source: `DynamicSlidingWindowLayer.update` and `DynamicLayer.update`, huggingface/transformers,
 * cache_utils.py. Not Meta's own decode, which builds no mask for a single token.
 */
export function decode(
	params: Params,
	config: ModelConfig,
	tokens_BT: tf.Tensor2D,
	cache: DecodeCache,
	hooks: LayerHooks = noHooks
): { logits_BTV: tf.Tensor3D; cache: DecodeCache; reach: LayerReach[] } {
	const layers: LayerCache[] = [];
	const reach: LayerReach[] = [];
	const recall: Recall = (layer, heads) => {
		const remembered = remember(cache, layer, heads, tokens_BT, config);
		layers.push(remembered.cache);
		reach.push(remembered.reach);
		return { heads: remembered.heads, firstKey: remembered.reach.firstKey };
	};
	try {
		const logits_BTV = tf.tidy(() =>
			runStack(params, config, tokens_BT, cache.length, hooks, recall)
		);
		return { logits_BTV, cache: { length: cache.length + tokens_BT.shape[1], layers }, reach };
	} catch (error) {
		disposeCache({ length: 0, layers });
		throw error;
	}
}

/** One layer's keys and values with those before them, and what it keeps of them for the next call. */
function remember(
	{ length, layers }: DecodeCache,
	layer: number,
	heads: Heads,
	tokens_BT: tf.Tensor2D,
	config: ModelConfig
): { heads: Heads; cache: LayerCache; reach: LayerReach } {
	const { k_BSP, v_BSP, firstKey } = layers[layer]!;
	const [batch, added] = tokens_BT.shape;
	const [k, v] = [joined(k_BSP, heads.k_MP, batch), joined(v_BSP, heads.v_MP, batch)];
	const [keys, next] = [k.shape[1], length + added];
	const scope = attentionScope(config.layers[layer]!.scope, config.chunk);
	const count = keptKeys(next, scope);
	const lastQuery = { firstQuery: next - 1, queries: 1, firstKey, keys };
	const visibleLast = decodeMask(lastQuery, scope).allowed.reduce((sum, one) => sum + one, 0);
	return {
		heads: { ...heads, k_MP: rows(k), v_MP: rows(v) },
		cache: { k_BSP: lastRows(k, count), v_BSP: lastRows(v, count), firstKey: next - count },
		reach: { cacheLength: count, keys, firstKey, visibleLast }
	};
}

/** What is remembered, then what is new, as [batch, positions, projection]. */
function joined(past: tf.Tensor3D | null, new_MP: tf.Tensor2D, batch: number): tf.Tensor3D {
	const shape: [number, number, number] = [batch, new_MP.shape[0] / batch, new_MP.shape[1]];
	const new_BSP: tf.Tensor3D = tf.reshape(new_MP, shape);
	if (past && past.shape[0] !== batch) {
		throw new RangeError(`the cache remembers ${past.shape[0]} sequences, not ${batch}`);
	}
	return past ? tf.concat([past, new_BSP], 1) : new_BSP;
}

/** The last rows of every sequence, kept beyond the pass; null for none. */
function lastRows(x_BSP: tf.Tensor3D, count: number): tf.Tensor3D | null {
	const [B, S, P] = x_BSP.shape;
	return count === 0 ? null : tf.keep(tf.slice(x_BSP, [0, S - count, 0], [B, count, P]));
}

function rows(x_BSP: tf.Tensor3D): Heads['k_MP'] {
	const [B, S, P] = x_BSP.shape;
	return tf.reshape(x_BSP, [B * S, P]);
}
