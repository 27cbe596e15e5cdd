import * as tf from '@tensorflow/tfjs-core';
import { decodeMask } from '$lib/math/attention';
import { attendBlocks, FORBIDDEN } from './attendBlocks';
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
 * Only visible pairs are computed where possible: a chunked layer costs T · C, not T². The array
 * backends walk the pairs; elsewhere whole chunks are cut out and padded; what is left (global
 * layers, a cache, a sliding scope) is masked.
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
	if (attendKernel.runsHere()) {
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
	const { scope, firstQuery, firstKey, queries, keys } = sizes;
	const isWhole = firstQuery === 0 && firstKey === 0 && queries === keys;
	if (isWhole && scope.kind === 'chunked' && scope.chunk < queries) {
		return attendBlocks(q_NP, k_MP, v_MP, sizes, scope.chunk);
	}
	return attendMasked(q_NP, k_MP, v_MP, sizes);
}

/** Attention over all pairs, with a mask. */
function attendMasked(
	q_NP: tf.Tensor2D,
	k_MP: tf.Tensor2D,
	v_MP: tf.Tensor2D,
	sizes: AttendSizes
): tf.Tensor2D {
	return tf.tidy(() => {
		const { batch: B, heads: H, kvHeads: G, headWidth: K, queries: T, keys: S } = sizes;
		const { allowed } = decodeMask(sizes, sizes.scope);
		const bias_TS = tf.tensor2d(
			Float32Array.from(allowed, (isAllowed) => (isAllowed ? 0 : FORBIDDEN)),
			[T, S]
		);
		const scores = tf.matMul(
			headsFirst(q_NP, B, T, G, H / G, K),
			headsFirst(k_MP, B, S, G, 1, K),
			false,
			true
		);
		const scaled = tf.div(tf.reshape(scores, [B * H, T, S]), Math.sqrt(K));
		const pattern = tf.reshape(tf.softmax(tf.add(scaled, bias_TS)), [B * G, (H / G) * T, S]);
		const context = tf.matMul(pattern, headsFirst(v_MP, B, S, G, 1, K));
		const context_BHTK = tf.reshape(context, [B, H, T, K]);
		return tf.reshape(tf.transpose(context_BHTK, [0, 2, 1, 3]), [B * T, H * K]);
	});
}

/** From rows of B × T, heads side by side, to [B · G, group · T, K]. */
function headsFirst(
	x_NP: tf.Tensor2D,
	B: number,
	T: number,
	G: number,
	group: number,
	K: number
): tf.Tensor3D {
	const x_BTHK = tf.reshape(x_NP, [B, T, G * group, K]);
	return tf.reshape(tf.transpose(x_BTHK, [0, 2, 1, 3]), [B * G, group * T, K]);
}
