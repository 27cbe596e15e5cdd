import type * as tf from '@tensorflow/tfjs-core';
import { arrayKernel } from './arrayKernel';
import type { RotateSizes } from './plain/rotate';
import { withGradient } from './withGradient';

type Array32 = Float32Array;

const rotateKernel = arrayKernel<
	{ x: Array32; cos: Array32; sin: Array32 },
	{ y: Array32 },
	RotateSizes
>({
	name: 'Rotate',
	plan: ({ x }) => ({ y: x }),
	run: (given, made, sizes, loops) => loops.rotate({ ...given, ...made }, sizes)
});

/**
 * Turns the adjacent pairs (0, 1), (2, 3), … of every head by the angles of its row's position. The
 * gradient is turned back.
 *
 * @param x_NP rows are sequences one after the other, each as long as the tables
 * @param cos_TJ cosine per position and pair; a head has 2 · J numbers
 * @returns as x, owned by the caller
 *
 * Source: `apply_rotary_emb`, meta-llama/llama-models, models/llama4/model.py.
 */
export function rotate(x_NP: tf.Tensor2D, cos_TJ: tf.Tensor2D, sin_TJ: tf.Tensor2D): tf.Tensor2D {
	const [positions, pairs] = cos_TJ.shape;
	const heads = x_NP.shape[1] / (2 * pairs);
	const turn = (x: tf.Tensor, direction: 1 | -1, cos: tf.Tensor, sin: tf.Tensor) =>
		rotateKernel({ x, cos, sin }, { positions, heads, pairs, direction }).y as tf.Tensor2D;
	return withGradient(
		[x_NP],
		() => ({ value: turn(x_NP, 1, cos_TJ, sin_TJ), saved: { cos_TJ, sin_TJ } }),
		(dy, saved) => [turn(dy, -1, saved.cos_TJ, saved.sin_TJ)]
	);
}
