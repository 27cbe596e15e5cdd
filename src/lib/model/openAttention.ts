import * as tf from '@tensorflow/tfjs-core';
import type { AttendSizes } from '$lib/kernels/attend';
import { decodeMask } from '$lib/math/attention';
import type { Heads } from './attention';
import { isWanted, type Hook } from './hook';

/** Added to a forbidden score before softmax. Finite, so that no row can become NaN. */
const FORBIDDEN = -1e9;

/**
 * The tables of scores of one sequence, one below the other: a single one of all queries by all keys,
 * or one per chunk.
 */
interface Tables {
	readonly count: number;
	readonly queries: number;
	readonly keys: number;
	/** Whether a query may attend to a key, the same in every table: [queries, keys]. */
	readonly mask: tf.Tensor2D;
}

/**
 * Attention with everything on the table: the mask, the scores and the pattern pass through hooks. It
 * serves pictures and interventions, not training. A layer costs T · S per head; a chunked one T · C,
 * with C keys per row, unless a hook asks for its mask or the pass begins in the middle of a text.
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
		const chunk = added_T ? null : ownChunk(sizes, hook);
		const tables = chunk === null ? wholeTable(sizes, hook) : chunkTables(sizes, chunk);
		const { count: n, queries: t, keys: s, mask: mask_TS } = tables;
		const q_BGRK = tf.reshape(cut(q_NP, [B, T, H, K], [n, t]), [B * n, G, (H / G) * t, K]);
		const k_BGSK = cut(k_MP, [B, S, G, K], [n, s]);
		const v_BGSK = cut(v_MP, [B, S, G, K], [n, s]);
		const products = tf.div(tf.matMul(q_BGRK, k_BGSK, false, true), Math.sqrt(K));
		const plain_BHTS = tf.reshape<tf.Rank.R4>(products, [B * n, H, t, s]);
		const scores_BHTS = shown(
			'attention.scores',
			added_T ? tf.add(plain_BHTS, tf.reshape(added_T, [1, 1, T, 1])) : plain_BHTS
		);
		const bias_TS = tf.mul(tf.sub(1, mask_TS), FORBIDDEN);
		const shares_BHTS = tf.mul<tf.Tensor4D>(tf.softmax(tf.add(scores_BHTS, bias_TS)), mask_TS);
		const pattern_BHTS = shown('attention.pattern', shares_BHTS);
		const context = tf.matMul(tf.reshape(pattern_BHTS, [B * n, G, (H / G) * t, s]), v_BGSK);
		const context_BTHK = tf.transpose(tf.reshape(context, [B * n, H, t, K]), [0, 2, 1, 3]);
		const rows_BTP = tf.reshape(context_BTHK, [B, n * t, H * K]);
		return tf.reshape(tf.slice(rows_BTP, [0, 0, 0], [B, T, H * K]), q_NP.shape);

		/** Shows the tables to a hook as one, rows of all chunks below each other: [B, H, T, s]. */
		function shown(point: 'attention.scores' | 'attention.pattern', x: tf.Tensor4D): tf.Tensor4D {
			if (n === 1 || !isWanted(hook, point)) return hook(point, x);
			const joined = tf.transpose(tf.reshape(x, [B, n, H, t, s]), [0, 2, 1, 3, 4]);
			const rows = tf.reshape<tf.Rank.R4>(joined, [B, H, n * t, s]);
			const seen = hook(point, tf.slice(rows, [0, 0, 0, 0], [B, H, T, s]));
			const padded = tf.pad(seen, [[0, 0], [0, 0], [0, n * t - T], [0, 0]]); // prettier-ignore
			const parted = tf.transpose(tf.reshape(padded, [B, H, n, t, s]), [0, 2, 1, 3, 4]);
			return tf.reshape<tf.Rank.R4>(parted, [B * n, H, t, s]);
		}
	});
}

/** The chunk length, where each chunk may have a table of its own; else null. */
function ownChunk(sizes: AttendSizes, hook: Hook): number | null {
	const { scope, firstQuery, queries, firstKey, keys } = sizes;
	if (scope.kind !== 'chunked' || isWanted(hook, 'attention.mask')) return null;
	const isWhole = firstQuery === firstKey && queries === keys && firstQuery % scope.chunk === 0;
	return isWhole && scope.chunk < queries ? scope.chunk : null;
}

function wholeTable(sizes: AttendSizes, hook: Hook): Tables {
	const { queries, keys } = sizes;
	const { allowed } = decodeMask(sizes, sizes.scope);
	const mask = hook('attention.mask', tf.tensor2d(Float32Array.from(allowed), [queries, keys]));
	return { count: 1, queries, keys, mask };
}

/** One table per chunk. The last is filled up with keys that no query sees and queries that nobody asks for. */
function chunkTables({ queries, scope }: AttendSizes, chunk: number): Tables {
	const span = { firstQuery: 0, queries: chunk, firstKey: 0, keys: chunk };
	const mask = tf.tensor2d(Float32Array.from(decodeMask(span, scope).allowed), [chunk, chunk]);
	return { count: Math.ceil(queries / chunk), queries: chunk, keys: chunk, mask };
}

/**
 * From rows of positions with heads side by side to the heads of each table.
 *
 * @param shape batch, positions, heads, head width
 * @param parts tables per sequence, and positions of each
 * @returns [batch · tables, heads, positions of a table, head width]
 */
function cut(
	x_NP: tf.Tensor2D,
	shape: [number, number, number, number],
	[count, length]: readonly [number, number]
): tf.Tensor4D {
	const [batch, positions, heads, width] = shape;
	const missing = count * length - positions;
	const rows = tf.pad(tf.reshape(x_NP, shape), [[0, 0], [0, missing], [0, 0], [0, 0]]); // prettier-ignore
	return tf.transpose(tf.reshape(rows, [batch * count, length, heads, width]), [0, 2, 1, 3]);
}
