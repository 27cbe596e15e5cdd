import * as tf from '@tensorflow/tfjs-core';
import type { AttendSizes } from '$lib/kernels/attend';
import { FORBIDDEN } from '$lib/kernels/attendBlocks';
import { decodeMask } from '$lib/math/attention';
import type { Heads } from './attention';
import type { Hook } from './hook';

/**
 * Attention with everything on the table: the mask, the scores of all pairs and the pattern pass
 * through hooks. Costs T · S per head, so it serves pictures and interventions, not training.
 *
 * A query whose mask allows no key gets a pattern and a context of zero.
 *
 * @param added_T added to all scores of a query; not Llama 4
 * @returns as q, owned by the caller
 */
export function attendOpenly(
	{ q_NP, k_MP, v_MP }: Heads,
	sizes: AttendSizes,
	added_T: tf.Tensor1D | null,
	hook: Hook
): tf.Tensor2D {
	return tf.tidy(() => {
		const { batch: B, heads: H, kvHeads: G, headWidth: K, queries: T, keys: S } = sizes;
		const { allowed } = decodeMask(sizes, sizes.scope);
		const mask_TS = hook('attention.mask', tf.tensor2d(Float32Array.from(allowed), [T, S]));
		const q_BGRK = headsFirst(q_NP, [B, T, H, K], [B, G, (H / G) * T, K]);
		const k_BGSK = headsFirst(k_MP, [B, S, G, K], [B, G, S, K]);
		const v_BGSK = headsFirst(v_MP, [B, S, G, K], [B, G, S, K]);
		const products = tf.div(tf.matMul(q_BGRK, k_BGSK, false, true), Math.sqrt(K));
		const plain_BHTS = tf.reshape(products, [B, H, T, S]);
		const scores_BHTS = hook(
			'attention.scores',
			added_T ? tf.add(plain_BHTS, tf.reshape(added_T, [1, 1, T, 1])) : plain_BHTS
		);
		const bias_TS = tf.mul(tf.sub(1, mask_TS), FORBIDDEN);
		const shares_BHTS = tf.mul(tf.softmax(tf.add(scores_BHTS, bias_TS)), mask_TS);
		const pattern_BHTS = hook('attention.pattern', shares_BHTS);
		const context = tf.matMul(tf.reshape(pattern_BHTS, [B, G, (H / G) * T, S]), v_BGSK);
		const context_BHTK = tf.reshape(context, [B, H, T, K]);
		return tf.reshape(tf.transpose(context_BHTK, [0, 2, 1, 3]), q_NP.shape);
	});
}

/** From rows with heads side by side to heads first, then to the shape asked for. */
function headsFirst(
	x_NP: tf.Tensor2D,
	rows: [number, number, number, number],
	shape: [number, number, number, number]
): tf.Tensor4D {
	return tf.reshape(tf.transpose(tf.reshape(x_NP, rows), [0, 2, 1, 3]), shape);
}
