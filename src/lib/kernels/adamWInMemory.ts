/**
 * AdamW on the array backends. A step would otherwise spend as long on copies as on arithmetic, so
 * weights and moments are changed where they lie, unless somebody else holds the same numbers.
 */
import * as tf from '@tensorflow/tfjs-core';
import { clipFactor } from '$lib/math/adamw';
import { ADAM_W, type AdamWAttributes } from './adamW';
import { ARRAY_BACKENDS, arraysOf, type ArrayBackend } from './arrayBackend';
import { fadeLoop } from './plain/adamW';

type Array32 = Float32Array;
type Infos = Readonly<Record<string, tf.TensorInfo>>;

/** A weight with its gradient, and where it stands in the flat moments. */
interface Leaf {
	readonly weight: Array32;
	readonly grad: Array32;
	readonly offset: number;
	readonly decays: boolean;
}

/** Updates leaf by leaf; what lies between the leaves did not learn. */
function updateAll(
	leaves: readonly Leaf[],
	[mean, square]: readonly [Array32, Array32],
	attributes: AdamWAttributes,
	clip: number,
	{ loops }: ArrayBackend
): void {
	const partOf = (from: number, to: number) => [mean.subarray(from, to), square.subarray(from, to)] as const; // prettier-ignore
	let done = 0;
	for (const { weight, grad, offset, decays } of leaves) {
		fadeLoop(...partOf(done, offset), attributes);
		done = offset + weight.length;
		const [m, v] = partOf(offset, done);
		const shrink = decays ? attributes.shrink : 1;
		loops.adamW({ weight, grad, mean: m, square: v }, { ...attributes, clip, shrink });
	}
	fadeLoop(...partOf(done, mean.length), attributes);
}

/** The new mean, the new square, the gradient norm, then the new weights. */
function update(inputs: Infos, attributes: AdamWAttributes, arrays: ArrayBackend): tf.TensorInfo[] {
	const [mean, square] = [arrays.take(inputs.mean!), arrays.take(inputs.square!)];
	const weights = attributes.leaves.map((_, i) => arrays.take(inputs[`w${i}`]!));
	const gradNorm = arrays.make([], 'float32');

	// Views are taken after all room is made: making room may move the heap.
	const view = (info: tf.TensorInfo) => arrays.view(info) as Array32;
	const leaves = attributes.leaves.map((leaf, i) => {
		return { ...leaf, weight: view(weights[i]!), grad: view(inputs[`g${i}`]!) };
	});
	const sum = leaves.reduce((all, { grad }) => all + arrays.loops.sumOfSquares(grad), 0);
	const norm = Math.sqrt(sum);
	view(gradNorm)[0] = norm;
	if (Number.isFinite(norm) && Number.isFinite(view(inputs.loss!)[0])) {
		const clip = clipFactor(norm, attributes.clipNorm);
		updateAll(leaves, [view(mean), view(square)], attributes, clip, arrays);
	}
	return [mean, square, gradNorm, ...weights];
}

for (const backendName of ARRAY_BACKENDS) {
	// A module that is loaded again in the same page registers its newest version.
	if (tf.getKernel(ADAM_W, backendName)) tf.unregisterKernel(ADAM_W, backendName);
	tf.registerKernel({
		kernelName: ADAM_W,
		backendName,
		kernelFunc: ({ inputs, attrs, backend }) => {
			const { attributes } = attrs as unknown as { attributes: AdamWAttributes };
			return update(inputs as Infos, attributes, arraysOf(backend as tf.KernelBackend));
		}
	});
}
