import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { forward } from '$lib/model/forward';
import { hookAt } from '$lib/model/hook';
import { LLAMA4_VARIANTS, type ModelConfig } from '$lib/protocol/config';
import { gradientsAt } from '$lib/train/gradientsAt';
import { nextTokenLoss } from '$lib/train/loss';
import { initState } from '$lib/train/state';
import { expectNoLeak, NODE_BACKENDS, useBackend } from '../tensors';
import { config } from './toy';

const TOKENS = [0, 3, 5, 1, 2, 4];
const spot = {
	layer: 0,
	point: 'router.logits' as const,
	shape: [TOKENS.length, config.experts]
};

describe.each(NODE_BACKENDS)('the gradient by router logits, on %s', (backend) => {
	beforeAll(() => useBackend(backend));

	/** The loss when one logit of layer 0 is pushed. */
	function lossWith(push: number, at: number, rules: ModelConfig): number {
		return tf.tidy(() => {
			const { params } = initState(config, 3);
			const tokens_BT = tf.tensor2d(TOKENS, [1, TOKENS.length], 'int32');
			const pushes = tf.tensor(
				Float32Array.from({ length: TOKENS.length * config.experts }, (_, i) =>
					i === at ? push : 0
				),
				spot.shape
			);
			const hook = hookAt(['router.logits'], (_point, logits) => tf.add(logits, pushes));
			const none = hookAt([], (_point, tensor) => tensor);
			const logits_BTV = forward(params, rules, tokens_BT, (layer) => (layer === 0 ? hook : none));
			return nextTokenLoss(logits_BTV, tokens_BT).dataSync()[0]!;
		});
	}

	function gradient(rules: ModelConfig): Float32Array {
		return tf.tidy(() => {
			const { params } = initState(config, 3);
			const tokens_BT = tf.tensor2d(TOKENS, [1, TOKENS.length], 'int32');
			return gradientsAt(params, rules, tokens_BT, [spot])[0]!.dataSync<'float32'>();
		});
	}

	/** How many logits of each token the gradient reaches. */
	const reached = (found: Float32Array) =>
		TOKENS.map((_, token) => {
			const row = found.subarray(token * config.experts, (token + 1) * config.experts);
			return row.filter((value) => value !== 0).length;
		});

	test('is what finite differences give, and reaches the chosen expert of each token alone', () => {
		const found = gradient(config);
		// The last token predicts nothing.
		expect(reached(found)).toEqual([1, 1, 1, 1, 1, 0]);
		found.forEach((value, i) => {
			const slope = (lossWith(0.05, i, config) - lossWith(-0.05, i, config)) / 0.1;
			expect(Math.abs(value - slope), `logit ${i}`).toBeLessThan(2e-5);
		});
	});

	test('reaches the losers too when the gate is a softmax share, which is not Llama 4', () => {
		const softmax = { ...config, variants: { ...LLAMA4_VARIANTS, router: 'softmax' as const } };
		expect(reached(gradient(softmax))).toEqual([3, 3, 3, 3, 3, 0]);
	});

	test('leaves no tensor behind', () =>
		expectNoLeak(() => {
			tf.tidy(() => void gradient(config));
		}));
});
