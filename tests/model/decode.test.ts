import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { attentionScope, decodeStep } from '$lib/math/attention';
import { decode, disposeCache, emptyCache } from '$lib/model/decode';
import { initParams } from '$lib/model/init';
import { leaves } from '$lib/model/tree';
import { INITIAL_SETTINGS, modelConfig } from '$lib/protocol/settings';
import { useBackend } from '../tensors';

const SMALL = { ...INITIAL_SETTINGS, width: 8, heads: 2, kvHeads: 1, headWidth: 4, experts: 2 };

beforeAll(() => useBackend('cpu'));

describe('decoding token by token', () => {
	test.each([0, 1])('keeps and sees what the plain rule says, pattern %i', (pattern) => {
		const config = modelConfig({ ...SMALL, chunk: 3, nopeEvery: 2, pattern }, 9);
		const params = initParams(config, 1);
		let cache = emptyCache(config);
		for (let position = 0; position < 8; position++) {
			const token_BT = tf.tensor2d([[position]], [1, 1], 'int32');
			const step = decode(params, config, token_BT, cache);
			disposeCache(cache);
			tf.dispose([token_BT, step.logits_BTV]);
			cache = step.cache;
			const ruled = config.layers.map(({ scope }) => {
				const { firstKey, keys, visible, kept } = decodeStep(
					position,
					attentionScope(scope, config.chunk)
				);
				return { cacheLength: kept, keys, firstKey, visibleLast: visible };
			});
			expect(step.reach).toEqual(ruled);
		}
		disposeCache(cache);
		tf.dispose(leaves(params));
	});
});
