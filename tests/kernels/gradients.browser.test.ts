import '@tensorflow/tfjs-backend-webgl';
import '$lib/kernels/boot';
import * as tf from '@tensorflow/tfjs-core';
import { expect } from 'vitest';
import { testGradients } from './operations';

testGradients(async () => {
	tf.enableProdMode();
	expect(await tf.setBackend('webgl')).toBe(true);
});
