import * as tf from '@tensorflow/tfjs-core';
import {
	decode,
	disposeCache,
	emptyCache,
	type DecodeCache,
	type LayerReach
} from '$lib/model/decode';
import { tensorOf, type Tensors } from './case';
import type { LoadedCase } from './compare';
import type { OurTensor, Tally } from './tally';

/** Stored per call and layer, and what we call it. */
const REACHES = {
	cache_len: 'cacheLength',
	attn_kv_len: 'keys',
	kv_offset: 'firstKey',
	visible_last: 'visibleLast'
} as const satisfies Record<string, keyof LayerReach>;

/** Every decoding run of a case. A run is whatever has a `split`: how many tokens each call takes. */
export async function compareDecode(
	stored: Tensors,
	loaded: LoadedCase,
	tally: Tally
): Promise<void> {
	const runs = [...stored.keys()].flatMap((name) => /^(.+)\.split$/.exec(name)?.[1] ?? []);
	if (runs.length === 0) tally.miss('decode', 'no run is stored');
	for (const run of runs) {
		const split = Array.from(tensorOf(stored, `${run}.split`).data);
		const { cache, reaches, logits_BTV } = decodeInBlocks(loaded, split);
		const logits = { shape: logits_BTV.shape, data: await logits_BTV.data() };
		const expected = tensorOf(stored, `${run}.logits`);
		tally.add(`decode ${run}`, `${run}.logits`, expected, logits, 'values');
		compareReaches(stored, run, reaches, tally);
		// The stored cache is that of the run `step`; where there is none, every run ends with the same.
		if (run === 'step' || !runs.includes('step')) await compareCache(stored, cache, loaded, tally);
		tf.dispose(logits_BTV);
		disposeCache(cache);
	}
}

function decodeInBlocks({ params, config, tokens_BT }: LoadedCase, split: readonly number[]) {
	const reaches: LayerReach[][] = [];
	let cache = emptyCache(config);
	const logits_BTV = tf.tidy(() => {
		let from = 0;
		const blocks = split.map((length) => {
			const block_BT = tf.slice(tokens_BT, [0, from], [tokens_BT.shape[0], length]);
			const step = decode(params, config, block_BT, cache);
			disposeCache(cache);
			cache = step.cache;
			reaches.push(step.reach);
			from += length;
			return step.logits_BTV;
		});
		return tf.concat(blocks, 1);
	});
	return { cache, reaches, logits_BTV };
}

function compareReaches(
	stored: Tensors,
	run: string,
	reaches: readonly LayerReach[][],
	tally: Tally
): void {
	for (const [name, field] of Object.entries(REACHES)) {
		const expected = stored.get(`${run}.${name}`);
		if (!expected) continue;
		const data = reaches.flatMap((layers) => layers.map((reach) => reach[field]));
		const ours = { shape: [reaches.length, data.length / reaches.length], data };
		tally.add('cache lengths', `${run}.${name}`, expected, ours, 'exact');
	}
}

async function compareCache(
	stored: Tensors,
	{ layers }: DecodeCache,
	{ config }: LoadedCase,
	tally: Tally
): Promise<void> {
	const { kvHeads, headWidth } = config;
	const headsFirst = async (x_BSP: tf.Tensor3D | null): Promise<OurTensor> => {
		if (!x_BSP) return { shape: [], data: [] };
		const [B, S] = x_BSP.shape;
		const turned = tf.tidy(() =>
			tf.transpose(tf.reshape(x_BSP, [B, S, kvHeads, headWidth]), [0, 2, 1, 3])
		);
		const ours = { shape: turned.shape, data: await turned.data() };
		turned.dispose();
		return ours;
	};
	for (const [index, { k_BSP, v_BSP }] of layers.entries()) {
		for (const [name, kept] of [['k', k_BSP] as const, ['v', v_BSP] as const]) {
			const expected = stored.get(`cache.layers.${index}.${name}`);
			if (!expected || expected.data.length === 0) continue;
			tally.add(
				'cache',
				`cache.layers.${index}.${name}`,
				expected,
				await headsFirst(kept),
				'values'
			);
		}
	}
}
