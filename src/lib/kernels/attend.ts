import type * as tf from '@tensorflow/tfjs-core';
import { arrayKernel } from './arrayKernel';
import { fillRanges, patternWidth, type AttendSizes } from './plain/attend';
import { withGradient } from './withGradient';

export type { AttendSizes } from './plain/attend';

type Array32 = Float32Array;

const attendKernel = arrayKernel<
	Record<'q' | 'k' | 'v', Array32>,
	{ context: Array32; pattern: Array32; ranges: Int32Array },
	AttendSizes
>({
	name: 'Attend',
	plan: ({ q }, sizes) => ({
		context: q,
		pattern: [sizes.batch * sizes.queries * sizes.heads, patternWidth(sizes)],
		ranges: { int32: [2 * sizes.queries] }
	}),
	scratch: ['ranges'],
	run: (given, made, sizes, loops) => {
		fillRanges(made.ranges, sizes);
		loops.attend({ ...given, ...made }, sizes);
	}
});

const attendGradient = arrayKernel<
	Record<'q' | 'k' | 'v' | 'context' | 'pattern' | 'dy', Array32>,
	Record<'dq' | 'dk' | 'dv' | 'slopes', Array32> & { ranges: Int32Array },
	AttendSizes
>({
	name: 'AttendGradient',
	plan: ({ q, k, v }, sizes) => ({
		...{ dq: q, dk: k, dv: v },
		slopes: [patternWidth(sizes)],
		ranges: { int32: [2 * sizes.queries] }
	}),
	scratch: ['slopes', 'ranges'],
	run: (given, made, sizes, loops) => {
		fillRanges(made.ranges, sizes);
		loops.attendBack({ ...given, ...made }, sizes);
	}
});

/**
 * Scaled dot-product attention of every head within a layer's scope:
 * `softmax(q · kᵀ / √K over the visible keys) · v`. Each key-value head serves the query heads next to
 * each other (grouped queries).
 *
 * Only visible pairs are computed: a chunked layer costs T · C, not T².
 *
 * @param q_NP rows are batch × queries; a row holds the heads one after the other
 * @param k_MP rows are batch × keys, likewise
 * @param v_MP likewise
 * @returns as q, owned by the caller
 *
 * Source: `Attention.forward`, meta-llama/llama-models, models/llama4/model.py.
 */
export function attend(
	q_NP: tf.Tensor2D,
	k_MP: tf.Tensor2D,
	v_MP: tf.Tensor2D,
	sizes: AttendSizes
): tf.Tensor2D {
	return withGradient(
		[q_NP, k_MP, v_MP],
		() => {
			const { context, pattern } = attendKernel({ q: q_NP, k: k_MP, v: v_MP }, sizes);
			const saved = { q: q_NP, k: k_MP, v: v_MP, context, pattern };
			return { value: context as tf.Tensor2D, saved };
		},
		(dy, saved) => {
			const { dq, dk, dv } = attendGradient({ ...saved, dy }, sizes);
			return [dq, dk, dv];
		}
	);
}
