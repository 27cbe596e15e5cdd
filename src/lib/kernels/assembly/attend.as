import { exp, largestOf, sumOf } from './exp';

/*
 * Attention, one query of one head at a time. A head has a multiple of four numbers. Rows of the
 * pattern are as long as the most keys that a query sees, rounded up to a multiple of four; beyond the
 * keys of their own query they hold zeros. Distances and widths are in bytes.
 */

/** Bytes of a vector. */
const V: usize = 16;

/** The sums of four vectors, side by side. */
@inline
function sumsOf(a: v128, b: v128, c: v128, d: v128): v128 {
	const ab = f32x4.add(v128.shuffle<f32>(a, b, 0, 4, 1, 5), v128.shuffle<f32>(a, b, 2, 6, 3, 7));
	const cd = f32x4.add(v128.shuffle<f32>(c, d, 0, 4, 1, 5), v128.shuffle<f32>(c, d, 2, 6, 3, 7));
	return f32x4.add(v128.shuffle<f32>(ab, cd, 0, 1, 4, 5), v128.shuffle<f32>(ab, cd, 2, 3, 6, 7));
}

@inline
function plus(sum: v128, x: v128, y: v128): v128 {
	return f32x4.add(sum, f32x4.mul(x, y));
}

/**
 * The product of a query (of q or dy) with each of `count` keys (of k or v). Rows of scores are filled
 * up with copies of the last one.
 */
function score(
	query: usize, key: usize, scores: usize, count: usize, width: usize, step: usize
): void {
	const last = key + (count - 1) * step;
	for (let j: usize = 0; j < count; j += 4) {
		const key1 = min(last, key + step), key2 = min(last, key1 + step), key3 = min(last, key2 + step);
		let s0 = f32x4.splat(0), s1 = s0, s2 = s0, s3 = s0;
		for (let i: usize = 0; i < width; i += V) {
			const x = v128.load(query + i);
			s0 = plus(s0, x, v128.load(key + i));
			s1 = plus(s1, x, v128.load(key1 + i));
			s2 = plus(s2, x, v128.load(key2 + i));
			s3 = plus(s3, x, v128.load(key3 + i));
		}
		v128.store(scores + j * 4, sumsOf(s0, s1, s2, s3));
		key = key3 + step;
	}
}

/** From scores to their softmax, in place; zeros beyond the first `count`. */
function soften(row: usize, count: usize, width: usize, scale: f32): void {
	const end = row + width;
	for (let at = row + count * 4; at < end; at += 4) store<f32>(at, -Infinity);
	let highest = f32x4.splat(-Infinity);
	for (let at = row; at < end; at += V) highest = f32x4.max(highest, v128.load(at));
	const top = f32x4.splat(largestOf(highest));
	let sums = f32x4.splat(0);
	for (let at = row; at < end; at += V) {
		const power = exp(f32x4.mul(f32x4.sub(v128.load(at), top), f32x4.splat(scale)));
		sums = f32x4.add(sums, power);
		v128.store(at, power);
	}
	const share = f32x4.splat(1 / sumOf(sums));
	for (let at = row; at < end; at += V) v128.store(at, f32x4.mul(v128.load(at), share));
}

/** The sum of `count` keys (of k or v), each times its weight. */
function mix(
	weights: usize, key: usize, mixed: usize, count: usize, width: usize, step: usize
): void {
	const end = weights + count * 4;
	let i: usize = 0;
	for (; i + 2 * V <= width; i += 2 * V) {
		let s0 = f32x4.splat(0), s1 = s0, at = key + i;
		for (let weight = weights; weight < end; weight += 4) {
			const x = v128.load32_splat(weight);
			s0 = plus(s0, x, v128.load(at));
			s1 = plus(s1, x, v128.load(at, V));
			at += step;
		}
		v128.store(mixed + i, s0);
		v128.store(mixed + i, s1, V);
	}
	if (i == width) return;
	let sum = f32x4.splat(0), at = key + i;
	for (let weight = weights; weight < end; weight += 4) {
		sum = plus(sum, v128.load32_splat(weight), v128.load(at));
		at += step;
	}
	v128.store(mixed + i, sum);
}

/**
 * The context and the pattern of all queries.
 *
 * @param ranges per query the first key that it sees and the one after the last, int32
 * @param patternWidth bytes of a row of the pattern
 */
export function attend(
	q: usize, k: usize, v: usize, context: usize, pattern: usize, ranges: usize,
	batch: usize, queries: usize, keys: usize, heads: usize, kvHeads: usize,
	width: usize, patternWidth: usize
): void {
	const step = kvHeads * width, group = heads / kvHeads;
	const scale: f32 = 1 / sqrt<f32>(f32(width / 4));
	for (let b: usize = 0; b < batch; b++) {
		for (let query: usize = 0; query < queries; query++) {
			const from = usize(load<u32>(ranges + query * 8));
			const count = usize(load<u32>(ranges + query * 8, 4)) - from;
			for (let head: usize = 0; head < heads; head++) {
				const key = (b * keys + from) * step + (head / group) * width;
				if (count) {
					score(q, k + key, pattern, count, width, step);
					soften(pattern, count, patternWidth, scale);
				} else {
					memory.fill(pattern, 0, patternWidth);
				}
				mix(pattern, v + key, context, count, width, step);
				q += width;
				context += width;
				pattern += patternWidth;
			}
		}
	}
}

/** From d pattern to d scores, in place. */
function slope(pattern: usize, slopes: usize, count: usize, scale: f32): void {
	let sums = f32x4.splat(0);
	const end = count * 4;
	for (let i: usize = 0; i < end; i += V) {
		sums = plus(sums, v128.load(pattern + i), v128.load(slopes + i));
	}
	const mean = f32x4.splat(sumOf(sums)), factor = f32x4.splat(scale);
	for (let i: usize = 0; i < end; i += V) {
		const gap = f32x4.sub(v128.load(slopes + i), mean);
		v128.store(slopes + i, f32x4.mul(f32x4.mul(v128.load(pattern + i), gap), factor));
	}
}

/** Adds a query (of q or dy) to each of `count` keys (of dk or dv), times its weight. */
function spread(
	weights: usize, query: usize, key: usize, count: usize, width: usize, step: usize
): void {
	const end = weights + count * 4;
	let i: usize = 0;
	for (; i + 2 * V <= width; i += 2 * V) {
		const x0 = v128.load(query + i), x1 = v128.load(query + i, V);
		let at = key + i;
		for (let weight = weights; weight < end; weight += 4) {
			const x = v128.load32_splat(weight);
			v128.store(at, plus(v128.load(at), x, x0));
			v128.store(at, plus(v128.load(at, V), x, x1), V);
			at += step;
		}
	}
	if (i == width) return;
	const x = v128.load(query + i);
	let at = key + i;
	for (let weight = weights; weight < end; weight += 4) {
		v128.store(at, plus(v128.load(at), v128.load32_splat(weight), x));
		at += step;
	}
}

/**
 * The gradients of `attend`; dk and dv are added to.
 *
 * @param slopes room for a row of the pattern
 */
export function attendBack(
	q: usize, k: usize, v: usize, pattern: usize, dy: usize, dq: usize, dk: usize, dv: usize,
	slopes: usize, ranges: usize,
	batch: usize, queries: usize, keys: usize, heads: usize, kvHeads: usize,
	width: usize, patternWidth: usize
): void {
	const step = kvHeads * width, group = heads / kvHeads;
	const scale: f32 = 1 / sqrt<f32>(f32(width / 4));
	for (let b: usize = 0; b < batch; b++) {
		for (let query: usize = 0; query < queries; query++) {
			const from = usize(load<u32>(ranges + query * 8));
			const count = usize(load<u32>(ranges + query * 8, 4)) - from;
			for (let head: usize = 0; head < heads; head++) {
				const key = (b * keys + from) * step + (head / group) * width;
				if (count) score(dy, v + key, slopes, count, width, step);
				slope(pattern, slopes, count, scale);
				mix(slopes, k + key, dq, count, width, step);
				spread(slopes, q, dk + key, count, width, step);
				spread(pattern, dy, dv + key, count, width, step);
				q += width;
				dy += width;
				dq += width;
				pattern += patternWidth;
			}
		}
	}
}
