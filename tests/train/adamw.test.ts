import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { adamWUpdate } from '$lib/math/adamw';
import {
	adamWStep,
	BETA_MEAN,
	BETA_SQUARE,
	EPSILON,
	initAdamW,
	updateByKernel,
	updateByTensors,
	type AdamWMemory
} from '$lib/train/adamw';
import { expectClose, expectNoLeak, useBackend } from '../tensors';

const ways = [
	['cpu', 'kernel', updateByKernel],
	['wasm', 'kernel', updateByKernel],
	['cpu', 'tensors', updateByTensors],
	['wasm', 'tensors', updateByTensors]
] as const;

describe.each(ways)('adamWStep on %s, by %s', (backend, _way, update) => {
	beforeEach(async () => {
		await useBackend(backend);
		tf.engine().startScope();
	});
	afterEach(() => tf.engine().endScope());

	const finite = () => tf.scalar(1);
	const values = (tensors: tf.Tensor[]) => tensors.flatMap((tensor) => [...tensor.dataSync()]);

	test('moves by the rate against the sign of the first gradient, whatever its size', () => {
		// Worked by hand: m = 0.1 g, v = 0.01 g², corrected m = g and v = g², so the change is
		// rate · g / (|g| + ε) = ± rate; the decay takes 0.1 · 0.5 = 5 % of a matrix before.
		const weights = [tf.tensor2d([[2, -4]]), tf.tensor1d([1])];
		const grads = [tf.tensor2d([[0.3, -60]]), tf.tensor1d([0.001])];
		const numbers = { rate: 0.1, decay: 0.5, clipNorm: 0 };
		const next = adamWStep(weights, grads, finite(), initAdamW(weights), numbers, update);
		expectClose(values(next.weights), [2 * 0.95 - 0.1, -4 * 0.95 + 0.1, 1 - 0.1], 1e-5);
		expectClose(next.optimizer.mean_W.dataSync(), [0.03, -6, 0.0001], 1e-6);
		expectClose(next.optimizer.square_W.dataSync(), [0.0009, 36, 1e-8], 1e-5);
		expect(next.optimizer.age).toBe(1);
	});

	test('follows the plain formula over several steps, clipping included', () => {
		const settings = { learningRate: 0.02, beta1: BETA_MEAN, beta2: BETA_SQUARE, eps: EPSILON };
		const numbers = { rate: 0.02, decay: 0.1, clipNorm: 0.5 };
		const start = [0.7, -0.2, 1.5, 0.01, 3];
		let plain = start.map((weight) => ({ weight, mean: 0, square: 0 }));
		let weights: tf.Tensor[] = [tf.tensor2d(start.slice(0, 4), [2, 2]), tf.tensor1d([3])];
		let memory: AdamWMemory = initAdamW(weights);
		for (let t = 1; t <= 6; t++) {
			const grad = start.map((w, i) => Math.sin(t * (i + 1)) * w);
			const norm = Math.hypot(...grad);
			const clip = Math.min(1, 0.5 / norm);
			plain = plain.map((state, i) => {
				const weightDecay = i === 4 ? 0 : 0.1;
				return adamWUpdate(state, clip * grad[i]!, t, { ...settings, weightDecay });
			});
			const grads = [tf.tensor2d(grad.slice(0, 4), [2, 2]), tf.tensor1d(grad.slice(4))];
			const next = adamWStep(weights, grads, finite(), memory, numbers, update);
			expectClose(next.gradNorm.dataSync(), [norm], 1e-5);
			({ weights } = next);
			memory = next.optimizer;
		}
		const expected = plain.map(({ weight }) => weight);
		expectClose(values(weights), expected, 2e-6);
	});

	test('leaves a frozen weight alone and lets its memory fade', () => {
		const weights = [tf.tensor2d([[1, 2]]), tf.tensor2d([[3]])];
		const memory = { mean_W: tf.tensor1d([1, 1, 1]), square_W: tf.tensor1d([4, 4, 4]), age: 3 };
		const grads = [null, tf.tensor2d([[1]])];
		const numbers = { rate: 0.1, decay: 0.1, clipNorm: 0 };
		const next = adamWStep(weights, grads, finite(), memory, numbers, update);
		expect(values([next.weights[0]!])).toEqual([1, 2]);
		// m = 1 and v = 3.97 at t = 4: 3 · 0.99 − 0.1 · (1 / 0.3439) / √(3.97 / 0.039404) = 2.94103.
		expect(values([next.weights[1]!])[0]).toBeCloseTo(2.94103, 5);
		expectClose(next.optimizer.mean_W.dataSync(), [0.9, 0.9, 1], 1e-6);
		expectClose(next.optimizer.square_W.dataSync(), [3.96, 3.96, 3.97], 1e-6);
	});

	test.each([
		['loss', NaN, 1],
		['loss', Infinity, 1],
		['gradient', 1, NaN],
		['gradient', 1, -Infinity]
	])('changes nothing when the %s is not finite (%d, %d)', (_which, loss, gradient) => {
		const weights = [tf.tensor2d([[1, 2]]), tf.tensor1d([3])];
		const memory = { mean_W: tf.tensor1d([1, 2, 3]), square_W: tf.tensor1d([4, 5, 6]), age: 3 };
		const grads = [tf.tensor2d([[gradient, 1]]), tf.tensor1d([1])];
		const numbers = { rate: 0.1, decay: 0.1, clipNorm: 1 };
		const next = adamWStep(weights, grads, tf.scalar(loss), memory, numbers, update);
		expect(values(next.weights)).toEqual([1, 2, 3]);
		expect([...next.optimizer.mean_W.dataSync()]).toEqual([1, 2, 3]);
		expect([...next.optimizer.square_W.dataSync()]).toEqual([4, 5, 6]);
	});

	test('a clone of a weight or a moment keeps the old numbers', () => {
		const weights = [tf.tensor2d([[1, 2]])];
		const memory = initAdamW(weights);
		const clones = [...weights, memory.mean_W, memory.square_W].map((tensor) => tf.clone(tensor));
		const numbers = { rate: 0.1, decay: 0.1, clipNorm: 1 };
		const grads = [tf.tensor2d([[3, 4]])];
		const next = adamWStep(weights, grads, finite(), memory, numbers, update);
		expect(values(clones)).toEqual([1, 2, 0, 0, 0, 0]);
		expect(values(next.weights)).not.toEqual([1, 2]);
	});

	test('a moment too small to be normal becomes 0', () => {
		const weights = [tf.tensor2d([[1, 2, 3, 4, 5]])];
		const tiny = new Float32Array(5).fill(1.2e-38);
		const memory = { mean_W: tf.tensor1d(tiny), square_W: tf.tensor1d(tiny), age: 9 };
		const numbers = { rate: 0.1, decay: 0, clipNorm: 0 };
		const next = adamWStep(weights, [tf.zeros([1, 5])], finite(), memory, numbers, updateByKernel);
		expect(values([next.optimizer.mean_W])).toEqual([0, 0, 0, 0, 0]);
		expect(values(next.weights)).toEqual([1, 2, 3, 4, 5]);
	});

	test('takes a gradient of zero without dividing by zero', () => {
		const weights = [tf.tensor2d([[1]])];
		const numbers = { rate: 0.1, decay: 0, clipNorm: 1 };
		const grads = [tf.zeros([1, 1])];
		const next = adamWStep(weights, grads, finite(), initAdamW(weights), numbers, update);
		expect(values(next.weights)).toEqual([1]);
	});

	test('leaves no tensor behind but its outcome', () =>
		expectNoLeak(() => {
			const weights = [tf.tensor2d([[1, 2]])];
			const grads = [tf.tensor2d([[1, 2]])];
			const loss = finite();
			const memory = initAdamW(weights);
			const numbers = { rate: 0.1, decay: 0.1, clipNorm: 1 };
			const {
				weights: next,
				optimizer,
				gradNorm
			} = adamWStep(weights, grads, loss, memory, numbers, update);
			tf.dispose([...weights, ...grads, loss, memory.mean_W, memory.square_W]);
			tf.dispose([...next, optimizer.mean_W, optimizer.square_W, gradNorm]);
		}));
});
