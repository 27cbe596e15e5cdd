import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { attend } from '$lib/kernels/attend';
import { crossEntropy } from '$lib/kernels/crossEntropy';
import { embed } from '$lib/kernels/embed';
import { exp } from '$lib/kernels/plain/exp';
import { sortByExpert } from '$lib/kernels/expertLoops';
import { matMul } from '$lib/kernels/matMul';
import { chooseExperts, pick } from '$lib/kernels/pick';
import { rmsNorm } from '$lib/kernels/rmsNorm';
import { softCrossEntropy } from '$lib/kernels/softCrossEntropy';
import { routedExperts, type RoutedInputs } from '$lib/kernels/routedExperts';
import { random } from '$lib/math/random';
import { expectClose, NODE_BACKENDS, useBackend } from '../tensors';
import { everyExpert } from './everyExpert';

describe('exp', () => {
	test('is e to the power of x within 1e-10 of its size', () => {
		for (let x = -707; x < 707; x += 0.37) {
			expect(Math.abs(exp(x) / Math.exp(x) - 1)).toBeLessThan(1e-10);
		}
	});

	test('is 0, 1, infinite and NaN where it should be', () => {
		expect([exp(-Infinity), exp(-1e9), exp(0), exp(1e9)]).toEqual([0, 0, 1, Infinity]);
		expect(exp(NaN)).toBeNaN();
	});
});

describe('sortByExpert', () => {
	test('puts the rows of each expert together and keeps their order', () => {
		const [order, starts] = [new Int32Array(5), new Int32Array(4)];
		sortByExpert(Int32Array.of(2, 0, 2, 0, 2), order, starts);
		expect([...order]).toEqual([1, 3, 0, 2, 4]);
		expect([...starts]).toEqual([0, 2, 2, 5]);
	});

	test('refuses an expert that is not there', () => {
		expect(() => sortByExpert(Int32Array.of(3), new Int32Array(1), new Int32Array(4))).toThrow(
			/no expert 3/
		);
	});
});

/** Many tokens, experts of which some stay idle, drawn from a seed. */
function manyTokens(choices: number): RoutedInputs {
	const draw = random(3);
	const tensor = <T extends tf.Tensor>(shape: number[]) => {
		const size = shape.reduce((a, b) => a * b, 1);
		return tf.tensor(Float32Array.from({ length: size }, () => draw.normal()), shape) as T; // prettier-ignore
	};
	const chosen = Array.from({ length: 40 }, () => [0, 1, 2, 4, 5].slice(draw.integer(3)).slice(0, choices)); // prettier-ignore
	return {
		x_ND: tensor([40, 6]),
		gate_NC: tensor([40, choices]),
		chosen_NC: tf.tensor2d(chosen, [40, choices], 'int32'),
		gateUp_EDF: tensor([8, 6, 10]),
		down_EFD: tensor([8, 5, 6])
	};
}

describe.each(NODE_BACKENDS)('on %s', (backend) => {
	test('a clone shares the numbers of its tensor and outlives it', async () => {
		await useBackend(backend);
		const sum = matMul(tf.tensor2d([[1, 2]]), tf.tensor2d([[3], [4]]));
		const before = tf.memory().numDataBuffers;
		const clone = tf.clone(sum);
		expect(tf.memory().numDataBuffers).toBe(before);
		sum.dispose();
		expect([...clone.dataSync()]).toEqual([11]);
		clone.dispose();
		expect(tf.memory().numDataBuffers).toBe(before - 1);
	});

	test('matMul is the product', async () => {
		await useBackend(backend);
		const out = matMul(tf.tensor2d([[1, 2]]), tf.tensor2d([[3, 4, 5], [6, 7, 8]])); // prettier-ignore
		expect(out.arraySync()).toEqual([[15, 18, 21]]);
		expect(() => matMul(tf.ones([2, 3]), tf.ones([2, 3]))).toThrow(
			/cannot multiply 2 × 3 by 2 × 3/
		);
	});

	test('rmsNorm divides by the root of the mean square', async () => {
		await useBackend(backend);
		const out = rmsNorm(tf.tensor2d([[3, 4]]), tf.tensor1d([1, 2]), 0);
		expectClose(out.dataSync(), [3 / Math.sqrt(12.5), 8 / Math.sqrt(12.5)]);
	});

	test('chooseExperts takes the largest, of equals the first, and never NaN', async () => {
		await useBackend(backend);
		const logits = tf.tensor2d([[1, 3, 3], [NaN, -1, -2]]); // prettier-ignore
		expect(chooseExperts(logits, 1).arraySync()).toEqual([[1], [1]]);
		expect(chooseExperts(logits, 2).arraySync()).toEqual([[1, 2], [1, 2]]); // prettier-ignore
	});

	test.each([4, 7, 16])(
		'chooseExperts takes the largest of %d, wherever it stands',
		async (count) => {
			await useBackend(backend);
			const rows = Array.from({ length: count }, (_, place) => {
				const row = Array.from({ length: count }, (_unused, i) =>
					i === place || i === place + 2 ? 5 : -i
				);
				return place > 0 ? row.with(0, NaN) : row;
			});
			const chosen = chooseExperts(tf.tensor2d(rows), 1).arraySync();
			expect(chosen).toEqual(rows.map((_, place) => [place]));
			const nothing = tf.tensor2d([Array(count).fill(NaN).with(2, -Infinity)]);
			expect(chooseExperts(nothing, 1).arraySync()).toEqual([[0]]);
		}
	);

	test('the choice has no gradient, the picked logit has', async () => {
		await useBackend(backend);
		const grad = tf.grad((x: tf.Tensor) => {
			const logits = x as tf.Tensor2D;
			return tf.sum(pick(logits, chooseExperts(logits, 1)));
		})(tf.tensor2d([[1, 5, 2]]));
		expect(grad.arraySync()).toEqual([[0, 1, 0]]);
	});

	test.each([1, 2])('experts by %i choices equal every expert on every token', async (choices) => {
		await useBackend(backend);
		for (const gateOn of ['input', 'output'] as const) {
			const inputs = manyTokens(choices);
			const sparse = routedExperts(inputs, gateOn);
			expectClose(sparse.dataSync(), everyExpert(inputs, gateOn).dataSync(), 1e-4);
		}
	});

	test('an expert without tokens has a gradient of exactly 0', async () => {
		await useBackend(backend);
		const inputs = manyTokens(1);
		const grad_EDF = tf.grad((gateUp: tf.Tensor) =>
			tf.sum(routedExperts({ ...inputs, gateUp_EDF: gateUp as tf.Tensor3D }))
		)(inputs.gateUp_EDF);
		const sizes = tf.sum(tf.abs(grad_EDF), [1, 2]).dataSync();
		expect([sizes[3], sizes[6], sizes[7]]).toEqual([0, 0, 0]);
		expect(sizes[0]).toBeGreaterThan(0);
	});

	test('a first token of a chunk attends to itself alone', async () => {
		await useBackend(backend);
		const scope = { kind: 'chunked', chunk: 2 } as const;
		const sizes = { batch: 1, heads: 1, kvHeads: 1, headWidth: 2, scope };
		const span = { firstQuery: 0, queries: 3, firstKey: 0, keys: 3 };
		const v = tf.tensor2d([[1, 2], [3, 4], [5, 6]]); // prettier-ignore
		const out = attend(tf.zeros([3, 2]), tf.ones([3, 2]), v, { ...sizes, ...span }).arraySync();
		expect(out).toEqual([[1, 2], [2, 3], [5, 6]]); // prettier-ignore
	});

	test('embed refuses a token beyond the table, and crossEntropy a target', async () => {
		await useBackend(backend);
		expect(() => embed(tf.ones([2, 3]), tf.tensor1d([2], 'int32'))).toThrow(/no token 2/);
		expect(() => crossEntropy(tf.ones([1, 2]), tf.tensor1d([2], 'int32'))).toThrow(/no token 2/);
	});

	test('crossEntropy of equal logits is the logarithm of their number, and large logits do no harm', async () => {
		await useBackend(backend);
		const logits = tf.tensor2d([[7, 7, 7, 7], [1e4, 0, 0, 0]]); // prettier-ignore
		expectClose(crossEntropy(logits, tf.tensor1d([1, 0], 'int32')).dataSync(), [Math.log(4), 0]);
	});

	test('softCrossEntropy of a sure target is crossEntropy, of the own distribution its entropy', async () => {
		await useBackend(backend);
		const logits = tf.tensor2d([[1, 2, 3], [1e4, 0, 0]]); // prettier-ignore
		const hard = crossEntropy(logits, tf.tensor1d([1, 0], 'int32')).dataSync();
		expectClose(softCrossEntropy(logits, tf.tensor2d([[0, 1, 0], [1, 0, 0]])).dataSync(), hard); // prettier-ignore
		const even = tf.fill<tf.Rank.R2>([1, 4], 0.25);
		expectClose(softCrossEntropy(tf.ones([1, 4]), even).dataSync(), [Math.log(4)]);
	});

	test('softCrossEntropy counts a row of zeros as no target', async () => {
		await useBackend(backend);
		expectClose(softCrossEntropy(tf.tensor2d([[1, 2, 3]]), tf.zeros([1, 3])).dataSync(), [0]);
	});
});

test('a product that makes the wasm heap grow is computed again, and right', async () => {
	await useBackend('wasm');
	const size = 1400;
	const draw = random(5);
	const drawn = () => Float32Array.from({ length: size * size }, () => draw.next());
	const [a, b] = [drawn(), drawn()];
	const out = matMul(tf.tensor2d(a, [size, size]), tf.tensor2d(b, [size, size])).dataSync();
	for (const [row, column] of [
		[0, 0],
		[700, 3],
		[1399, 1399]
	] as const) {
		// prettier-ignore
		let sum = 0;
		for (let i = 0; i < size; i++) sum += a[row * size + i]! * b[i * size + column]!;
		expect(Math.abs(out[row * size + column]! - sum)).toBeLessThan(1e-2);
	}
});
