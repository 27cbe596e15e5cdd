import '@tensorflow/tfjs-backend-webgl';
import '@tensorflow/tfjs-core/dist/register_all_gradients.js';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';

test('TensorFlow.js differentiates on WebGL with 32-bit floats', async () => {
	expect(await tf.setBackend('webgl')).toBe(true);
	expect(tf.env().getBool('WEBGL_RENDER_FLOAT32_CAPABLE')).toBe(true);
	// d/dx of the sum of x² is 2x.
	const grad = tf.grad((x: tf.Tensor) => tf.sum(tf.square(x)));
	expect([...(await grad(tf.tensor1d([1, -2, 3])).data())]).toEqual([2, -4, 6]);
});
