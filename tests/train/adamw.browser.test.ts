import '@tensorflow/tfjs-backend-webgl';
import '$lib/kernels/boot';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { random } from '$lib/math/random';
import { adamWStep, initAdamW, updateByTensors } from '$lib/train/adamw';

beforeAll(async () => {
	tf.enableProdMode();
	expect(await tf.setBackend('webgl')).toBe(true);
});

/** Matrices with odd and even sides, a pile of matrices, vectors; more than one program gathers. */
const SHAPES = [[3, 5], [7], [2, 4], [3, 3, 2], [4, 6], [1], [2, 2, 4], ...Array<number[]>(12).fill([3])]; // prettier-ignore

function drawn(seed: number): tf.Tensor[] {
	const draw = random(seed);
	return SHAPES.map((shape) => {
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
