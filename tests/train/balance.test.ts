import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import * as plain from '$lib/math/balance';
import { balanceLoss, expertLoad, routerZLoss } from '$lib/train/balance';
import { expectClose, expectNoLeak, NODE_BACKENDS, useBackend } from '../tensors';

// Four tokens, three experts: expert 0 takes three of them.
const LOGITS = [2, 0, 1, 1, 0, -1, 3, 1, 0, 0, 1, 0.5];
const CHOSEN = [0, 0, 0, 1];

describe.each(NODE_BACKENDS)('on %s', (backend) => {
	beforeAll(() => useBackend(backend));

	const logits = () => tf.tensor2d(LOGITS, [4, 3]);
	const load = () => expertLoad(tf.tensor2d(CHOSEN, [4, 1], 'int32'), 3);

	test('the load is the share of choices of each expert', () => {
		expectClose(load().dataSync(), [0.75, 0.25, 0]);
		const twoEach = tf.tensor2d([[0, 2], [1, 2]], [2, 2], 'int32'); // prettier-ignore
		expectClose(expertLoad(twoEach, 4).dataSync(), [0.25, 0.25, 0.5, 0]);
	});

	test('the balance loss equals its plain formula, and 1 when all is even', () => {
		const expected = plain.balanceLoss(Float64Array.from(LOGITS), CHOSEN, 3);
		expect(balanceLoss(logits(), load()).dataSync()[0]).toBeCloseTo(expected, 5);
		const even = balanceLoss(tf.zeros([4, 3]), tf.fill([3], 1 / 3));
		expect(even.dataSync()[0]).toBeCloseTo(1, 6);
	});

	test('descending the balance loss takes from the busiest expert and gives to the idle one', () => {
		const share = load();
		const grad = tf.grad((x: tf.Tensor) => balanceLoss(x as tf.Tensor2D, share))(logits());
		const [busy, some, idle] = tf.sum(grad, 0).dataSync();
		expect(busy).toBeGreaterThan(0);
		expect(idle).toBeLessThan(0);
		expect(busy! + some! + idle!).toBeCloseTo(0, 6);
	});

	test('the router z-loss equals its plain formula and pulls large logits down', () => {
		const expected = plain.zLoss(Float64Array.from(LOGITS), 3);
		expect(routerZLoss(logits()).dataSync()[0]).toBeCloseTo(expected, 4);
		const grad = tf.grad((x: tf.Tensor) => routerZLoss(x as tf.Tensor2D))(tf.tensor2d([[9, 1]]));
		const [large, small] = grad.dataSync();
		// d(lse²) = 2 · lse · softmax: 2 · 9.0003 · 0.99966 on the large logit.
		expect(large).toBeCloseTo(2 * 9.000335 * 0.999665, 3);
		expect(large!).toBeGreaterThan(small!);
	});

	test('both losses have the gradient that finite differences give', () => {
		const share = load();
		const losses = [
			(x: tf.Tensor) => balanceLoss(x as tf.Tensor2D, share),
			(x: tf.Tensor) => routerZLoss(x as tf.Tensor2D)
		];
		for (const loss of losses) {
			const grad = tf.grad(loss)(logits()).dataSync();
			LOGITS.forEach((value, i) => {
				const at = (by: number) =>
					loss(tf.tensor2d(LOGITS.with(i, value + by), [4, 3])).dataSync()[0]!;
				expect(Math.abs(grad[i]! - (at(0.01) - at(-0.01)) / 0.02), `number ${i}`).toBeLessThan(
					1e-3
				);
			});
		}
	});

	test('no tensor is left behind', () =>
		expectNoLeak(() => {
			const [x, chosen] = [logits(), tf.tensor2d(CHOSEN, [4, 1], 'int32')];
			const share = expertLoad(chosen, 3);
			tf.dispose([balanceLoss(x, share), routerZLoss(x), x, chosen, share]);
		}));
});
