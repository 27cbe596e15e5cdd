import * as tf from '@tensorflow/tfjs-core';
import type { AttendSizes } from './plain/attend';

/** Added to a forbidden score before softmax. Finite, so that no row can become NaN. */
export const FORBIDDEN = -1e9;

/**
 * Attention of whole sequences inside their chunks, one block per chunk: scores are
 * [.., chunk, chunk], never [T, T]. A last, incomplete chunk is padded with zeros, which stand after
 * every real position and so are seen by none.
 */
export function attendBlocks(
	q_NP: tf.Tensor2D,
	k_NP: tf.Tensor2D,
	v_NP: tf.Tensor2D,
	{ batch: B, heads: H, kvHeads: G, headWidth: K, queries: T }: AttendSizes,
	chunk: number
): tf.Tensor2D {
	return tf.tidy(() => {
		const chunks = Math.ceil(T / chunk);
		const blocks = (x_NP: tf.Tensor2D, heads: number): tf.Tensor3D => {
			const x_BTP = tf.reshape(x_NP, [B, T, heads * K]);
			const padded = tf.pad(x_BTP, [[0, 0], [0, chunks * chunk - T], [0, 0]]); // prettier-ignore
			const split = tf.reshape(padded, [B * chunks, chunk, heads, K]);
			const headsFirst = tf.transpose(split, [0, 2, 1, 3]);
			return tf.reshape(headsFirst, [B * chunks * G, (heads / G) * chunk, K]);
		};
		const scores = tf.matMul(blocks(q_NP, H), blocks(k_NP, G), false, true);
		const rows = B * chunks * H;
		const scaled = tf.div(tf.reshape(scores, [rows, chunk, chunk]), Math.sqrt(K));
		const pattern = tf.softmax(tf.add(scaled, causalBias(chunk)));
		const context = tf.matMul(
			tf.reshape(pattern, [B * chunks * G, (H / G) * chunk, chunk]),
			blocks(v_NP, G)
		);
		const headsLast = tf.transpose(tf.reshape(context, [B * chunks, H, chunk, K]), [0, 2, 1, 3]);
		const whole = tf.slice(
			tf.reshape(headsLast, [B, chunks * chunk, H * K]),
			[0, 0, 0],
			[B, T, H * K]
		);
		return tf.reshape(whole, [B * T, H * K]);
	});
}

/** 0 up to the query's own position, FORBIDDEN after it. */
function causalBias(size: number): tf.Tensor2D {
	const bias = Float32Array.from({ length: size * size }, (_, i) =>
		i % size > Math.floor(i / size) ? FORBIDDEN : 0
	);
	return tf.tensor2d(bias, [size, size]);
}
