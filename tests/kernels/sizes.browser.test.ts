/** Large WebGL operations at sizes that do not fit well: odd ones, and such that wrap in their textures. */
import '@tensorflow/tfjs-backend-cpu';
import { webgl_util } from '@tensorflow/tfjs-backend-webgl';
import '$lib/kernels/boot';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeAll, expect, test } from 'vitest';
import { attend, type AttendSizes } from '$lib/kernels/attend';
import { attentionPart } from '$lib/kernels/attentionPart';
import { crossEntropy } from '$lib/kernels/crossEntropy';
import { embed } from '$lib/kernels/embed';
import { matMul } from '$lib/kernels/matMul';
import { mixturePart } from '$lib/kernels/mixturePart';
import { meanNextTokenLoss } from '$lib/kernels/nextTokenLoss';
import { rmsNorm } from '$lib/kernels/rmsNorm';
import type { AttentionScope } from '$lib/math/attention';
import { random } from '$lib/math/random';
import { adamWStep, initAdamW } from '$lib/train/adamw';

const LIMIT = 'WEBGL_MAX_TEXTURE_SIZE';
let longest: number;

beforeAll(async () => {
	tf.enableProdMode();
	expect(await tf.setBackend('webgl')).toBe(true);
	longest = tf.env().getNumber(LIMIT);
});

afterEach(() => tf.env().set(LIMIT, longest));

const integers = (values: number[], ...shape: number[]) => tf.tensor(values, shape, 'int32');

/** Values and gradients of an operation on one backend, weighted at random. */
async function numbersOn(
	backend: string,
	shapes: number[][],
	run: (...inputs: tf.Tensor[]) => tf.Tensor
): Promise<number[][]> {
	expect(await tf.setBackend(backend)).toBe(true);
	const before = tf.memory().numTensors;
	const draw = random(5);
	const drawn = (shape: readonly number[]) => {
		const size = shape.reduce((product, length) => product * length, 1);
		return tf.tensor(
			Float32Array.from({ length: size }, () => draw.normal() / 2),
			[...shape]
		);
	};
	const inputs = shapes.map(drawn);
	const values = tf.tidy(() => {
		const y = run(...inputs);
		const weights = drawn(y.shape);
		const value = (...x: tf.Tensor[]) => tf.sum<tf.Scalar>(tf.mul(run(...x), weights));
		return [y, ...tf.grads(value)(inputs)];
	});
	const numbers = await Promise.all(values.map(async (tensor) => [...(await tensor.data())]));
	tf.dispose([...inputs, ...values]);
	expect(tf.memory().numTensors - before, `tensors left behind on ${backend}`).toBe(0);
	return numbers;
}

/** Fails unless an operation and its gradients are on WebGL as on plain JavaScript, within 0.3%. */
async function expectAlike(
	name: string,
	shapes: number[][],
	run: (...inputs: tf.Tensor[]) => tf.Tensor
): Promise<void> {
	const expected = await numbersOn('cpu', shapes, run);
	const own = await numbersOn('webgl', shapes, run);
	expected.forEach((numbers, i) => {
		const size = numbers.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
		expect(own[i]!.length).toBe(numbers.length);
		const gaps = numbers.map((value, j) => Math.abs(own[i]![j]! - value));
		// A gap that is not a number is not below either.
		const wrong = gaps.findIndex((gap) => !(gap < 3e-3 * size));
		expect(wrong, `${name}: number ${wrong} of ${i === 0 ? 'its value' : `gradient ${i}`}`).toBe(
			-1
		);
	});
}

/** Sizes of an attention: heads of 6 numbers, two for each key; queries may follow a cache. */
const attention = (batch: number, queries: number, past: number, scope: AttentionScope) =>
	({
		...{ batch, heads: 4, kvHeads: 2, headWidth: 6, scope },
		...{ firstQuery: past, queries, firstKey: 0, keys: past + queries }
	}) satisfies AttendSizes;

async function expectAttentionAlike(sizes: AttendSizes): Promise<void> {
	const { batch, queries, keys } = sizes;
	const shapes = [[batch * queries, 24], [batch * keys, 12], [batch * keys, 12]]; // prettier-ignore
	await expectAlike('attend', shapes, (q, k, v) =>
		attend(q as tf.Tensor2D, k as tf.Tensor2D, v as tf.Tensor2D, sizes)
	);
}

async function expectPartAlike(sizes: AttendSizes, width: number): Promise<void> {
	const { batch, queries: T } = sizes;
	const shapes = [[batch * T, width], [width], [width, 24], [width, 12], [width, 12], [24, width]]; // prettier-ignore
	await expectAlike('attentionPart', shapes, (x, norm, ...matrices) => {
		const [q_DP, k_DP, v_DP, out_PD] = matrices as tf.Tensor2D[];
		const angles = tf.tensor2d(Array.from({ length: 3 * T }, (_, i) => i), [T, 3]); // prettier-ignore
		const rotation = { cos_TJ: tf.cos(angles), sin_TJ: tf.sin(angles) };
		const changes = { rotation, isNormed: true, scale_T: tf.linspace(1, 2, T) };
		const weights = { norm_D: norm as tf.Tensor1D, q_DP: q_DP!, k_DP: k_DP!, v_DP: v_DP!, out_PD: out_PD! }; // prettier-ignore
		return attentionPart(x as tf.Tensor2D, weights, changes, sizes, 1e-4);
	});
}

interface Mixture {
	readonly tokens: number;
	readonly experts: number;
	readonly width: number;
	readonly hidden: number;
	readonly choices: number;
	readonly gateOn: 'input' | 'output';
}

async function expectMixtureAlike(mixture: Mixture): Promise<void> {
	const { tokens: N, experts: E, width: D, hidden: F, choices, gateOn } = mixture;
	const shapes = [[N, D], [D], [D, E], [E, D, 2 * F], [E, F, D], [D, F], [D, F], [F, D]];
	const draw = random(7);
	const chosen = Array.from({ length: N }, () => {
		const first = draw.integer(E);
		return Array.from({ length: choices }, (_, i) => (first + i) % E);
	});
	await expectAlike('mixturePart', shapes, (x, norm, router, gateUp, down, gate, up, out) => {
		const shared = { gate_DF: gate, up_DF: up, down_FD: out };
		const weights = { norm_D: norm, router_DE: router, gateUp_EDF: gateUp, down_EFD: down, shared };
		const choose = () => integers(chosen.flat(), N, choices) as tf.Tensor2D;
		const settings = { choices, gateOn, eps: 1e-4 };
		return mixturePart(
			x as tf.Tensor2D,
			weights as unknown as Parameters<typeof mixturePart>[1],
			settings,
			choose
		);
	});
}

/** Logits and an embedding for sequences of tokens from a vocabulary. */
async function expectTokensAlike(batch: number, length: number, vocabulary: number): Promise<void> {
	const draw = random(9);
	const ids = Array.from({ length: batch * length }, () => draw.integer(vocabulary));
	const tokens = () => integers(ids, batch, length) as tf.Tensor2D;
	const targets = () => integers(ids.map((id) => id - 1), batch * length) as tf.Tensor1D; // prettier-ignore
	const logits = [[batch * length, vocabulary]];
	await expectAlike('loss', logits, (x) => meanNextTokenLoss(x as tf.Tensor2D, tokens()));
	await expectAlike('crossEntropy', logits, (x) => crossEntropy(x as tf.Tensor2D, targets()));
	await expectAlike('embed', [[vocabulary, 5]], (x) => embed(x as tf.Tensor2D, tokens()));
}

test('attention, experts and losses of odd sizes are on WebGL as on plain JavaScript', async () => {
	await expectAttentionAlike(attention(3, 7, 4, { kind: 'chunked', chunk: 5 }));
	await expectAttentionAlike(attention(2, 5, 3, { kind: 'sliding', chunk: 4 }));
	await expectPartAlike(attention(3, 10, 0, { kind: 'sliding', chunk: 3 }), 7);
	const mixture = { tokens: 13, experts: 7, width: 9, hidden: 6, choices: 3, gateOn: 'output' };
	await expectMixtureAlike(mixture as Mixture);
	await expectTokensAlike(3, 7, 9);
}, 120_000);

test('tensors that wrap in their textures are on WebGL as on plain JavaScript', async () => {
	tf.env().set(LIMIT, 48);
	await expectAlike('matMul', [[203, 3], [3, 6]], (a, b) => matMul(a as tf.Tensor2D, b as tf.Tensor2D)); // prettier-ignore
	await expectAlike('rmsNorm', [[203, 5], [5]], (x, w) => rmsNorm(x as tf.Tensor2D, w as tf.Tensor1D, 1e-4)); // prettier-ignore
	await expectPartAlike(attention(2, 50, 0, { kind: 'chunked', chunk: 5 }), 5);
	const mixture = { tokens: 101, experts: 26, width: 8, hidden: 4, choices: 1, gateOn: 'input' };
	await expectMixtureAlike(mixture as Mixture);
	await expectTokensAlike(3, 35, 5);
}, 120_000);

/** Row times 41, over 41, is less than the row in the floats of a GPU: row 1 is the first of many. */
test('floats find the row of a texel in a texture 41 wide, where they divide a little short', async () => {
	expect(Math.fround(Math.fround(1 / 41) * 41)).toBeLessThan(1);
	tf.env().set(LIMIT, 90);
	const shape: [number, number] = [1110, 6];
	expect(webgl_util.getTextureShapeFromLogicalShape(shape, true)).toEqual([2 * 41, 2 * 41]);
	await expectAlike('rmsNorm', [shape, [6]], (x, w) => rmsNorm(x as tf.Tensor2D, w as tf.Tensor1D, 1e-4)); // prettier-ignore
}, 120_000);

/** A first step without decay changes every weight by the rate, against its gradient. */
test.each([
	['just fewer texels than floats can count', 1021, 2047],
	['more', 1023, 2053]
])('a vector of %s keeps each number in its place on WebGL', async (_name, rows, columns) => {
	const draw = random(2);
	const signs = Float32Array.from({ length: rows * columns }, () => 2 * draw.integer(2) - 1);
	const [weights, grads] = [[tf.zeros([rows, columns])], [tf.tensor(signs, [rows, columns])]];
	const numbers = { rate: 0.01, decay: 0, clipNorm: 0 };
	const memory = initAdamW(weights);
	const next = adamWStep(weights, grads, tf.scalar(1), memory, numbers);
	const made = await next.weights[0]!.data();
	const wrong = made.findIndex((weight, i) => !(Math.abs(weight + 0.01 * signs[i]!) < 1e-4));
	expect(wrong, 'place of the first wrong weight').toBe(-1);
	tf.dispose([weights, grads, { ...memory }, { ...next.optimizer }, next.weights, next.gradNorm]);
});
