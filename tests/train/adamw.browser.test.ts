import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-webgl';
import type { MathBackendWebGL } from '@tensorflow/tfjs-backend-webgl';
import '$lib/kernels/boot';
import * as tf from '@tensorflow/tfjs-core';
import { beforeEach, expect, test, vi } from 'vitest';
import { random } from '$lib/math/random';
import { adamWStep, initAdamW, updateByTensors } from '$lib/train/adamw';

beforeEach(async () => {
	tf.enableProdMode();
	expect(await tf.setBackend('webgl')).toBe(true);
});

/** Matrices with odd and even sides, a pile of matrices, vectors; more than one program gathers. */
const SHAPES = [[3, 5], [7], [2, 4], [3, 3, 2], [4, 6], [1], [2, 2, 4], ...Array<number[]>(12).fill([3])]; // prettier-ignore

function drawn(seed: number, shapes = SHAPES): tf.Tensor[] {
	const draw = random(seed);
	return shapes.map((shape) => {
		const size = shape.reduce((product, length) => product * length, 1);
		return tf.tensor(
			Float32Array.from({ length: size }, () => draw.normal()),
			shape
		);
	});
}

const numbersOf = (tensors: tf.Tensor[]) => tensors.flatMap((tensor) => [...tensor.dataSync()]);

test('one kernel on WebGL updates all weights as tensor operations do, a frozen one not at all', () => {
	const before = tf.memory().numTensors;
	tf.tidy(() => {
		const numbers = { rate: 0.02, decay: 0.1, clipNorm: 0.5 };
		const frozen = 4;
		let kernel = { weights: drawn(1), optimizer: initAdamW(drawn(1)) };
		let tensors = kernel;
		for (let step = 0; step < 3; step++) {
			const grads = drawn(2 + step).map((grad, i) => (i === frozen ? null : grad));
			const loss = tf.scalar(1);
			const next = adamWStep(kernel.weights, grads, loss, kernel.optimizer, numbers);
			tensors = adamWStep(
				...([tensors.weights, grads, loss, tensors.optimizer, numbers] as const),
				updateByTensors
			);
			kernel = next;
			const norm = Math.hypot(...numbersOf(grads.filter((grad) => grad !== null)));
			expect(next.gradNorm.dataSync()[0]).toBeCloseTo(norm, 4);
		}
		const [own, plain] = [kernel, tensors].map(({ weights, optimizer }) =>
			numbersOf([...weights, optimizer.mean_W, optimizer.square_W])
		);
		own!.forEach((value, i) => expect(value).toBeCloseTo(plain![i]!, 5));
		expect(kernel.weights.map(({ shape }) => shape)).toEqual(SHAPES);
	});
	expect(tf.memory().numTensors - before, 'tensors left behind').toBe(0);
});

test('a loss or gradient that is not finite changes nothing on WebGL', () => {
	tf.tidy(() => {
		const weights = drawn(1);
		const numbers = { rate: 0.02, decay: 0.1, clipNorm: 0 };
		const broken = drawn(2).map((grad, i) => (i === 0 ? tf.fill(grad.shape, NaN) : grad));
		for (const [grads, loss] of [
			[drawn(2), tf.scalar(NaN)],
			[drawn(2), tf.scalar(Infinity)],
			[broken, tf.scalar(1)]
		] as const) {
			const next = adamWStep(weights, grads, loss, initAdamW(weights), numbers);
			expect(numbersOf(next.weights)).toEqual(numbersOf(weights));
			expect(numbersOf([next.optimizer.mean_W, next.optimizer.square_W]).every((m) => m === 0)).toBe(true); // prettier-ignore
		}
	});
});

/** One step with weights of these shapes: the new weights, both moments, and the norm. */
async function stepOn(backend: string, shapes: number[][]): Promise<number[]> {
	expect(await tf.setBackend(backend)).toBe(true);
	return tf.tidy(() => {
		const weights = drawn(1, shapes);
		const numbers = { rate: 0.02, decay: 0.1, clipNorm: 0 };
		const grads = drawn(2, shapes);
		const next = adamWStep(weights, grads, tf.scalar(1), initAdamW(weights), numbers);
		const { mean_W, square_W } = next.optimizer;
		return numbersOf([...next.weights, mean_W, square_W, next.gradNorm]);
	});
}

test('AdamW on WebGL reads at most 16 textures at once, however many weights there are', async () => {
	// More than 13 programs of 15 each gather; some of the stretches they make meet at odd places.
	const shapes = Array.from({ length: 200 }, (_, i) => (i % 3 === 0 ? [3] : [1 + (i % 2), 3]));
	const { gl } = (tf.backend() as MathBackendWebGL).gpgpu;
	const activate = vi.spyOn(gl, 'activeTexture');
	const own = await stepOn('webgl', shapes);
	const units = activate.mock.calls.map(([place]) => place - gl.TEXTURE0 + 1);
	expect(Math.max(...units)).toBeLessThanOrEqual(16);
	const expected = await stepOn('cpu', shapes);
	expect(own.length).toBe(expected.length);
	own.forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, 4));
});
