import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import '@tensorflow/tfjs-core/dist/register_all_gradients.js';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';

describe('TensorFlow.js in Node', () => {
	test.each(['cpu', 'wasm'])('differentiates on %s', async (backend) => {
		tf.enableProdMode();
		expect(await tf.setBackend(backend)).toBe(true);
		// The sum of the squares of X·X, at X = [[1, 2], [3, 4]]: 2 (Y·Xᵀ + Xᵀ·Y) with Y = [[7, 10], [15, 22]].
		const grad = tf.grad((x: tf.Tensor) =>
			tf.sum(tf.square(tf.matMul(x as tf.Tensor2D, x as tf.Tensor2D)))
		);
		const x = tf.tensor2d([[1, 2], [3, 4]]); // prettier-ignore
		expect([...(await grad(x).data())]).toEqual([158, 274, 266, 482]);
	});
});
