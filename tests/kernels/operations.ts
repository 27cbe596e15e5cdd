/** Every operation of kernels/ with inputs worth differentiating, for each backend. */
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { attend, type AttendSizes } from '$lib/kernels/attend';
import { attentionPart, type HeadChanges } from '$lib/kernels/attentionPart';
import { crossEntropy } from '$lib/kernels/crossEntropy';
import { embed } from '$lib/kernels/embed';
import { gates } from '$lib/kernels/gate';
import { matMul } from '$lib/kernels/matMul';
import { mixturePart, type MixtureSettings } from '$lib/kernels/mixturePart';
import { network } from '$lib/kernels/network';
import { meanNextTokenLoss } from '$lib/kernels/nextTokenLoss';
import { pick, spread } from '$lib/kernels/pick';
import { rmsNorm, unitNorm } from '$lib/kernels/rmsNorm';
import { rotate } from '$lib/kernels/rotate';
import { routedExperts } from '$lib/kernels/routedExperts';
import { softCrossEntropy } from '$lib/kernels/softCrossEntropy';
import type { AttentionScope } from '$lib/math/attention';
import { random } from '$lib/math/random';

interface Operation {
	name: string;
	/** Shapes of the differentiated inputs. */
	shapes: number[][];
	run: (...inputs: tf.Tensor[]) => tf.Tensor;
}

const matrix = (x: tf.Tensor | undefined) => x as tf.Tensor2D;
const block = (x: tf.Tensor | undefined) => x as tf.Tensor3D;
const integers = (values: number[], shape: number[]) => tf.tensor(values, shape, 'int32');

/** Two sequences of 5, four heads of 4 that share two keys; a cache of 3 keys stands before. */
function attention(name: string, scope: AttentionScope, past = 0): Operation {
	const sizes: AttendSizes = {
		...{ batch: 2, heads: 4, kvHeads: 2, headWidth: 4, scope },
		...{ firstQuery: past, queries: 5, firstKey: 0, keys: 5 + past }
	};
	const keys = [2 * (5 + past), 8];
	return {
		name: `attend, ${name}`,
		shapes: [[10, 16], keys, keys],
		run: (q, k, v) => attend(matrix(q), matrix(k), matrix(v), sizes)
	};
}

/** The attention of a layer of width 5 with its norm, for two sequences of some length. */
function wholeAttention(name: string, T: number, changes: (T: number) => HeadChanges): Operation {
	const sizes: AttendSizes = {
		...{ batch: 2, heads: 4, kvHeads: 2, headWidth: 4, scope: { kind: 'chunked', chunk: 3 } },
		...{ firstQuery: 0, queries: T, firstKey: 0, keys: T }
	};
	return {
		name: `attentionPart, ${name}`,
		shapes: [[2 * T, 5], [5], [5, 16], [5, 8], [5, 8], [16, 5]],
		run: (x, norm, q, k, v, out) => {
			// Weak scores bend little over a step of the check.
			const [q_DP, k_DP, v_DP, out_PD] = [q, k, v, out].map((weight) => tf.mul(matrix(weight), 0.3)) as [tf.Tensor2D, tf.Tensor2D, tf.Tensor2D, tf.Tensor2D]; // prettier-ignore
			const weights = { norm_D: norm as tf.Tensor1D, q_DP, k_DP, v_DP, out_PD };
			return attentionPart(matrix(x), weights, changes(T), sizes, 1e-5);
		}
	};
}

const angles = (T: number) => tf.tensor2d(Array.from({ length: 2 * T }, (_, i) => i), [T, 2]); // prettier-ignore
const rotation = (T: number) => ({ cos_TJ: tf.cos(angles(T)), sin_TJ: tf.sin(angles(T)) });

function experts(name: string, chosen: number[][], gateOn: 'input' | 'output'): Operation {
	const choices = chosen[0]!.length;
	return {
		name: `routedExperts, ${name}`,
		shapes: [
			[4, 3],
			[4, choices],
			[3, 3, 4],
			[3, 2, 3]
		],
		run: (x, gate, gateUp, down) => {
			const chosen_NC = integers(chosen.flat(), [4, choices]) as tf.Tensor2D;
			return routedExperts(
				{
					x_ND: matrix(x),
					gate_NC: matrix(gate),
					chosen_NC,
					gateUp_EDF: block(gateUp),
					down_EFD: block(down)
				},
				gateOn
			);
		}
	};
}

/** The feed-forward part of a layer of width 3 with its norm, for four tokens and experts of some size. */
function wholeMixture(
	name: string,
	F: number,
	chosen: number[][],
	gateOn: MixtureSettings['gateOn']
): Operation {
	// prettier-ignore
	const choices = chosen[0]!.length;
	return {
		name: `mixturePart, ${name}`,
		shapes: [[4, 3], [3], [3, 3], [3, 3, 2 * F], [3, F, 3], [3, F], [3, F], [F, 3]], // prettier-ignore
		run: (x, norm, router, gateUp, down, gate, up, out) => {
			const shared = { gate_DF: matrix(gate), up_DF: matrix(up), down_FD: matrix(out) };
			const routed = { gateUp_EDF: block(gateUp), down_EFD: block(down), shared };
			const weights = { norm_D: norm as tf.Tensor1D, router_DE: matrix(router), ...routed };
			// A fixed choice has no edge that a step of the check could cross.
			const choose = () => integers(chosen.flat(), [4, choices]) as tf.Tensor2D;
			return mixturePart(matrix(x), weights, { choices, gateOn, eps: 1e-5 }, choose);
		}
	};
}

const OPERATIONS: Operation[] = [
	{ name: 'matMul', shapes: [[5, 3], [3, 4]], run: (a, b) => matMul(matrix(a), matrix(b)) }, // prettier-ignore
	{ name: 'rmsNorm', shapes: [[4, 6], [6]], run: (x, w) => rmsNorm(matrix(x), w as tf.Tensor1D, 1e-5) }, // prettier-ignore
	{ name: 'unitNorm', shapes: [[4, 8]], run: (x) => unitNorm(matrix(x), 4, 1e-5) },
	{
		name: 'rotate',
		shapes: [[4, 8]],
		run: (x) => rotate(matrix(x), tf.cos(tf.tensor2d([0, 1, 2, 3], [2, 2])), tf.sin(tf.tensor2d([0, 1, 2, 3], [2, 2]))) // prettier-ignore
	},
	{
		name: 'network',
		shapes: [[4, 3], [3, 5], [3, 5], [5, 3]], // prettier-ignore
		run: (x, gate, up, down) => network(matrix(x), matrix(gate), matrix(up), matrix(down))
	},
	experts('one expert idle', [[1], [0], [1], [1]], 'input'),
	experts('two choices', [[1, 0], [0, 2], [2, 1], [1, 2]], 'input'), // prettier-ignore
	experts('gate on the output', [[1, 0], [0, 2], [2, 1], [1, 2]], 'output'), // prettier-ignore
	wholeMixture('one expert idle', 4, [[1], [0], [1], [1]], 'input'),
	wholeMixture('two choices', 4, [[1, 0], [0, 2], [2, 1], [1, 2]], 'input'), // prettier-ignore
	wholeMixture('gate on the output', 4, [[1, 0], [0, 2], [2, 1], [1, 2]], 'output'), // prettier-ignore
	wholeMixture('experts of odd size', 3, [[1], [0], [1], [1]], 'input'),
	attention('chunks of 2, the last incomplete', { kind: 'chunked', chunk: 2 }),
	attention('a chunk longer than the text', { kind: 'chunked', chunk: 9 }),
	attention('a window of 3', { kind: 'sliding', chunk: 3 }),
	attention('global', { kind: 'global' }),
	attention('chunks of 4 with a cache', { kind: 'chunked', chunk: 4 }, 3),
	wholeAttention('turned and normed', 4, (T) => ({ rotation: rotation(T), isNormed: true, scale_T: null })), // prettier-ignore
	wholeAttention('turned', 4, (T) => ({ rotation: rotation(T), isNormed: false, scale_T: null })), // prettier-ignore
	wholeAttention('scaled', 4, (T) => ({ rotation: null, isNormed: false, scale_T: tf.linspace(1, 2, T) })), // prettier-ignore
	wholeAttention('unchanged', 4, () => ({ rotation: null, isNormed: false, scale_T: null })),
	wholeAttention('of odd length', 5, (T) => ({ rotation: rotation(T), isNormed: true, scale_T: null })), // prettier-ignore
	{
		name: 'pick',
		shapes: [[3, 4]],
		run: (x) => pick(matrix(x), integers([0, 3, 2, 1, 3, 0], [3, 2]) as tf.Tensor2D)
	},
	{
		name: 'gates',
		shapes: [[3, 4]],
		run: (x) => gates(matrix(x), integers([0, 3, 2, 1, 3, 0], [3, 2]) as tf.Tensor2D)
	},
	{
		name: 'spread',
		shapes: [[3, 2]],
		run: (x) => spread(matrix(x), integers([0, 3, 2, 1, 3, 0], [3, 2]) as tf.Tensor2D, 4)
	},
	{ name: 'embed', shapes: [[4, 3]], run: (table) => embed(matrix(table), integers([1, 3, 1, 0], [2, 2])) }, // prettier-ignore
	{
		name: 'crossEntropy',
		shapes: [[4, 5]],
		run: (logits) => crossEntropy(matrix(logits), integers([2, 0, -1, 4], [4]) as tf.Tensor1D)
	},
	{
		name: 'meanNextTokenLoss',
		shapes: [[6, 5]],
		run: (logits) => meanNextTokenLoss(matrix(logits), integers([2, 0, 4, 1, 3, 3], [2, 3]) as tf.Tensor2D) // prettier-ignore
	},
	{
		name: 'softCrossEntropy',
		shapes: [[3, 4]],
		run: (logits) =>
			softCrossEntropy(matrix(logits), tf.tensor2d([[0.5, 0.5, 0, 0], [0, 0, 0, 0], [0.1, 0.2, 0.3, 0.4]])) // prettier-ignore
	}
];

const STEP = 2e-2;
/** Numbers checked per input, spread evenly over it. */
const CHECKED = 9;

/** Each operation's gradient against central differences of its own value, weighted at random. */
export function testGradients(use: () => Promise<void>): void {
	test.each(OPERATIONS)('$name has the gradient of its value', async ({ shapes, run }) => {
		await use();
		const before = tf.memory().numTensors;
		const draw = random(7);
		const drawn = (length: number) => Float32Array.from({ length }, () => draw.normal());
		const arrays = shapes.map((shape) => drawn(shape.reduce((a, b) => a * b, 1)));
		const weights = drawn(1000);
		const value = (...inputs: tf.Tensor[]) => {
			const out = run(...inputs);
			return tf.sum<tf.Scalar>(tf.mul(out, tf.tensor(weights.slice(0, out.size), out.shape)));
		};
		const at = (i: number, place: number, change: number) =>
			tf.tidy(() => {
				const inputs = arrays.map((array, j) => {
					const copy = Float32Array.from(array);
					if (j === i) copy[place]! += change;
					return tf.tensor(copy, shapes[j]);
				});
				return value(...inputs).dataSync()[0]!;
			});
		const inputs = arrays.map((array, i) => tf.tensor(array, shapes[i]));
		const grads = tf.grads(value)(inputs);
		for (const [i, grad] of grads.entries()) {
			const numbers = await grad.data();
			expect(grad.shape).toEqual(shapes[i]);
			const stride = Math.max(1, Math.floor(numbers.length / CHECKED));
			for (let place = 0; place < numbers.length; place += stride) {
				const slope = (at(i, place, STEP) - at(i, place, -STEP)) / (2 * STEP);
				const gap = Math.abs(slope - numbers[place]!);
				expect(gap, `input ${i}, number ${place}: ${slope}`).toBeLessThan(
					4e-3 * (1 + Math.abs(slope))
				);
			}
		}
		tf.dispose([...inputs, ...grads]);
		expect(tf.memory().numTensors, 'tensors left behind').toBe(before);
	});
}
