import type * as tf from '@tensorflow/tfjs-core';
import { topK } from '$lib/math/route';
import { arrayKernel } from './arrayKernel';
import { withGradient, withoutGradient } from './withGradient';

type Array32 = Float32Array;

const chooseKernel = arrayKernel<
	{ logits: Array32 },
	{ chosen: Int32Array },
	{ rows: number; experts: number; choices: number }
>({
	name: 'Choose',
	plan: (_shapes, { rows, choices }) => ({ chosen: { int32: [rows, choices] } }),
	run: ({ logits }, { chosen }, { rows, experts, choices }, loops) => {
		if (choices === 1) return loops.largest(logits, chosen, experts);
		for (let row = 0; row < rows; row++) {
			const own = logits.subarray(row * experts, (row + 1) * experts);
			chosen.set(topK(own, choices), row * choices);
		}
	}
});

/**
 * The experts with the largest logits of each token, best first; of equals the lower index. The
 * choice has no gradient.
 *
 * @returns [N, choices] int32, owned by the caller
 */
export function chooseExperts(logits_NE: tf.Tensor2D, choices: number): tf.Tensor2D {
	const [rows, experts] = logits_NE.shape;
	return withoutGradient(() => {
		return chooseKernel({ logits: logits_NE }, { rows, experts, choices }).chosen as tf.Tensor2D;
	});
}

const pickKernel = arrayKernel<
	{ x: Array32; chosen: Int32Array },
	{ y: Array32 },
	{ experts: number; choices: number }
>({
	name: 'Pick',
	plan: ({ chosen }) => ({ y: chosen }),
	run: ({ x, chosen }, { y }, { experts, choices }) => {
		for (let i = 0; i < y.length; i++) {
			y[i] = x[Math.floor(i / choices) * experts + chosen[i]!]!;
		}
	}
});

const spreadKernel = arrayKernel<
	{ chosen: Int32Array; picked: Array32 },
	{ x: Array32 },
	{ experts: number; choices: number }
>({
	name: 'Spread',
	plan: ({ picked }, { experts }) => ({ x: [picked[0]!, experts] }),
	run: ({ chosen, picked }, { x }, { experts, choices }) => {
		x.fill(0);
		for (let i = 0; i < picked.length; i++) {
			x[Math.floor(i / choices) * experts + chosen[i]!]! += picked[i]!;
		}
	}
});

/**
 * From each row of x the columns that its row of `chosen` names.
 *
 * @returns [N, choices], owned by the caller
 */
export function pick(x_NE: tf.Tensor2D, chosen_NC: tf.Tensor2D): tf.Tensor2D {
	const sizes = { experts: x_NE.shape[1], choices: chosen_NC.shape[1] };
	return withGradient(
		[x_NE],
		() => ({
			value: pickKernel({ x: x_NE, chosen: chosen_NC }, sizes).y as tf.Tensor2D,
			saved: { chosen: chosen_NC }
		}),
		(dy, { chosen }) => [spreadKernel({ chosen, picked: dy }, sizes).x]
	);
}

/**
 * The reverse of `pick`: rows of zeros, with each picked number in the column that `chosen` names.
 *
 * @returns [N, experts], owned by the caller
 */
export function spread(
	picked_NC: tf.Tensor2D,
	chosen_NC: tf.Tensor2D,
	experts: number
): tf.Tensor2D {
	const sizes = { experts, choices: chosen_NC.shape[1] };
	return withGradient(
		[picked_NC],
		() => ({
			value: spreadKernel({ chosen: chosen_NC, picked: picked_NC }, sizes).x as tf.Tensor2D,
			saved: { chosen: chosen_NC }
		}),
		(dy, { chosen }) => [pickKernel({ x: dy, chosen }, sizes).y]
	);
}
