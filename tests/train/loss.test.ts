import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { random } from '$lib/math/random';
import { nextTokenLoss, tokenLosses } from '$lib/train/loss';
import { expectClose, expectNoLeak, NODE_BACKENDS, useBackend } from '../tensors';

describe.each(NODE_BACKENDS)('nextTokenLoss on %s', (backend) => {
	beforeAll(() => useBackend(backend));

	const loss = (logits: tf.Tensor3D, tokens: tf.Tensor2D) =>
		tf.tidy(() => nextTokenLoss(logits, tokens).dataSync()[0]!);

	test('is ln V when every token is as likely as any other', () => {
		const tokens_BT = tf.tensor2d([[0, 3, 1]], [1, 3], 'int32');
		expect(loss(tf.zeros([1, 3, 5]), tokens_BT)).toBeCloseTo(Math.log(5), 6);
	});

	test('is the mean surprise at the next token, worked by hand', () => {
		// Row 0 gives the next token (1) the share 2/(1+2+1) = 1/2, row 1 the next (2) 4/8 = 1/2;
		// row 2 predicts nothing, however wrong it is.
		const logits = [[0, Math.log(2), 0], [Math.log(3), 0, Math.log(4)], [50, 0, 0]]; // prettier-ignore
		const tokens_BT = tf.tensor2d([[0, 1, 2]], [1, 3], 'int32');
		expect(loss(tf.tensor3d([logits]), tokens_BT)).toBeCloseTo(Math.log(2), 6);
	});

	test('stays finite at logits of any size', () => {
		const tokens_BT = tf.tensor2d([[0, 1]], [1, 2], 'int32');
		const logits = tf.tensor3d([[[1e4, -1e4], [0, 0]]]); // prettier-ignore
		expect(loss(logits, tokens_BT)).toBeCloseTo(2e4, 0);
	});

	test('has the gradient that finite differences give', () => {
		const draw = random(5);
		const [B, T, V] = [2, 3, 4];
		const values = Array.from({ length: B * T * V }, () => draw.normal());
		const tokens_BT = tf.tensor2d([[0, 3, 1], [2, 2, 0]], [B, T], 'int32'); // prettier-ignore
		const at = (numbers: number[]) => tf.tensor3d(numbers, [B, T, V]);
		const grad = tf
			.grad((x: tf.Tensor) => tf.mul(nextTokenLoss(x as tf.Tensor3D, tokens_BT), 3))(at(values))
			.dataSync();
		const step = 1e-2;
		values.forEach((value, i) => {
			const moved = (by: number) => loss(at(values.with(i, value + by)), tokens_BT);
			const slope = (3 * (moved(step) - moved(-step))) / (2 * step);
			expect(Math.abs(grad[i]! - slope), `number ${i}`).toBeLessThan(2e-4);
		});
		expectClose(grad.slice((T - 1) * V, T * V), [0, 0, 0, 0], 0);
	});

	test('is the mean of the losses of the tokens', () => {
		const logits_BTV = tf.randomNormal<tf.Rank.R3>([2, 4, 3], 0, 1, 'float32', 7);
		const tokens_BT = tf.tensor2d([[0, 1, 2, 0], [2, 2, 1, 0]], [2, 4], 'int32'); // prettier-ignore
		const each = tokenLosses(logits_BTV, tokens_BT);
		expect(each.shape).toEqual([2, 3]);
		const mean = each.dataSync<'float32'>().reduce((a, b) => a + b, 0) / 6;
		expect(loss(logits_BTV, tokens_BT)).toBeCloseTo(mean, 5);
	});

	test('of scored positions is the mean of their losses alone, and its gradient stays there', () => {
		const logits_BTV = tf.randomNormal<tf.Rank.R3>([2, 4, 3], 0, 1, 'float32', 7);
		const tokens_BT = tf.tensor2d([[0, 1, 2, 0], [2, 2, 1, 0]], [2, 4], 'int32'); // prettier-ignore
		const [, second, , , fifth] = tokenLosses(logits_BTV, tokens_BT).dataSync<'float32'>();
		const scored = (x: tf.Tensor) => nextTokenLoss(x as tf.Tensor3D, tokens_BT, [2]);
		expect(scored(logits_BTV).dataSync()[0]).toBeCloseTo((second! + fifth!) / 2, 6);
		const grad = tf.grad(scored)(logits_BTV).arraySync() as number[][][];
		for (const row of grad) {
			expect(row[1]!.some((value) => value !== 0)).toBe(true);
			expectClose([row[0]!, row[2]!, row[3]!].flat(), new Array(9).fill(0), 0);
		}
		expect(() => nextTokenLoss(logits_BTV, tokens_BT, [4])).toThrow(/position 4 is not predicted/);
	});

	test('refuses tokens that do not fit and sequences of one token', () => {
		expect(() => nextTokenLoss(tf.zeros([1, 3, 5]), tf.zeros([1, 2], 'int32'))).toThrow(/1×3/);
		expect(() => tokenLosses(tf.zeros([1, 1, 5]), tf.zeros([1, 1], 'int32'))).toThrow(/one token/);
	});

	test('leaves no tensor behind', () =>
		expectNoLeak(() => {
			const tokens_BT = tf.tensor2d([[0, 3, 1]], [1, 3], 'int32');
			const logits_BTV: tf.Tensor3D = tf.zeros([1, 3, 5]);
			const { value, grad } = tf.valueAndGrad((x: tf.Tensor) =>
				nextTokenLoss(x as tf.Tensor3D, tokens_BT)
			)(logits_BTV);
			tf.dispose([value, grad, tokenLosses(logits_BTV, tokens_BT), tokens_BT, logits_BTV]);
		}));
});
