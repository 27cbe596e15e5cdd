import { firstVisible, type AttentionScope } from '$lib/math/attention';
import { exp } from './exp';

type Array32 = Float32Array;

/** Sizes of one attention: `queries` positions from `firstQuery` look at `keys` from `firstKey`. */
export interface AttendSizes {
	readonly batch: number;
	readonly heads: number;
	readonly kvHeads: number;
	readonly headWidth: number;
	readonly firstQuery: number;
	readonly queries: number;
	readonly firstKey: number;
	readonly keys: number;
	readonly scope: AttentionScope;
}

/** The keys that a query sees, as a range of rows; empty where none is at hand. */
function visible(query: number, { firstQuery, firstKey, keys, scope }: AttendSizes) {
	const position = firstQuery + query;
	const from = Math.max(0, firstVisible(position, scope) - firstKey);
	return { from, to: Math.max(from, Math.min(keys, position - firstKey + 1)) };
}

/** Length of a row of the pattern: the most keys that any query sees, up to a multiple of four. */
export function patternWidth(sizes: AttendSizes): number {
	let most = 1;
	for (let query = 0; query < sizes.queries; query++) {
		const { from, to } = visible(query, sizes);
		most = Math.max(most, to - from);
	}
	return Math.ceil(most / 4) * 4;
}

/** Writes down for each query the first key that it sees, and the one after the last. */
export function fillRanges(ranges: Int32Array, sizes: AttendSizes): void {
	for (let query = 0; query < sizes.queries; query++) {
		const { from, to } = visible(query, sizes);
		ranges[2 * query] = from;
		ranges[2 * query + 1] = to;
	}
}

/** Where the numbers of one query of one head lie. */
interface Place {
	/** Start of the query in q. */
	query: number;
	/** Start of the first visible key in k and v. */
	key: number;
	/** Start of the query's row of the pattern. */
	row: number;
	/** How many keys it sees. */
	count: number;
	/** Numbers in a head. */
	readonly K: number;
	/** Numbers from one key of a head to the next. */
	readonly step: number;
}

/**
 * Visits every query of every head; `visit` gets one and the same object each time. The loops over
 * numbers are in functions of their own, with arrays as arguments: the engines make those fast.
 */
function eachQuery(
	ranges: Int32Array,
	sizes: AttendSizes,
	rowWidth: number,
	visit: (place: Place) => void
): void {
	const { batch, heads, kvHeads, headWidth: K, queries, keys } = sizes;
	const group = heads / kvHeads;
	const place: Place = { query: 0, key: 0, row: 0, count: 0, K, step: kvHeads * K };
	for (let b = 0; b < batch; b++) {
		for (let query = 0; query < queries; query++) {
			const from = ranges[2 * query]!;
			place.count = ranges[2 * query + 1]! - from;
			for (let head = 0; head < heads; head++) {
				const index = (b * queries + query) * heads + head;
				place.query = index * K;
				place.row = index * rowWidth;
				place.key = ((b * keys + from) * kvHeads + Math.floor(head / group)) * K;
				visit(place);
			}
		}
	}
}

/**
 * The product of one query (of q or dy) with each visible key (of k or v), four keys side by side, so that
 * additions do not wait for each other.
 */
function scoreRow(q: Array32, k: Array32, scores: Float64Array, place: Place): void {
	const { query, key, count, K, step } = place;
	let [j, at] = [0, key];
	for (; j + 3 < count; j += 4, at += 4 * step) {
		const [at1, at2, at3] = [at + step, at + 2 * step, at + 3 * step];
		let [sum0, sum1, sum2, sum3] = [0, 0, 0, 0];
		for (let i = 0; i < K; i++) {
			const x = q[query + i]!;
			sum0 += x * k[at + i]!;
			sum1 += x * k[at1 + i]!;
			sum2 += x * k[at2 + i]!;
			sum3 += x * k[at3 + i]!;
		}
		scores[j] = sum0;
		scores[j + 1] = sum1;
		scores[j + 2] = sum2;
		scores[j + 3] = sum3;
	}
	for (; j < count; j++, at += step) {
		let sum = 0;
		for (let i = 0; i < K; i++) sum += q[query + i]! * k[at + i]!;
		scores[j] = sum;
	}
}

/** From the scores of a query to its row of the pattern, their softmax; leaves it in `scores` too. */
function fillRow(pattern: Array32, scores: Float64Array, { row, count, K }: Place): void {
	const scale = 1 / Math.sqrt(K);
	let highest = -Infinity;
	for (let j = 0; j < count; j++) {
		if (!(scores[j]! <= highest)) highest = scores[j]!;
	}
	let sum = 0;
	for (let j = 0; j < count; j++) {
		const weight = exp((scores[j]! - highest) * scale);
		scores[j] = weight;
		sum += weight;
	}
	const share = 1 / sum;
	for (let j = 0; j < count; j++) {
		scores[j]! *= share;
		pattern[row + j] = scores[j]!;
	}
}

/** The sum of the visible keys (of k or v), each times its weight, for one query; four at a time. */
function mixRow(
	weights: Float64Array,
	k: Array32,
	mixed: Array32,
	sums: Float64Array,
	place: Place
): void {
	const { query, key, count, K, step } = place;
	for (let i = 0; i < K; i++) sums[i] = 0;
	let [j, at] = [0, key];
	for (; j + 3 < count; j += 4, at += 4 * step) {
		const [at1, at2, at3] = [at + step, at + 2 * step, at + 3 * step];
		const [weight0, weight1] = [weights[j]!, weights[j + 1]!];
		const [weight2, weight3] = [weights[j + 2]!, weights[j + 3]!];
		for (let i = 0; i < K; i++) {
			const half = weight0 * k[at + i]! + weight1 * k[at1 + i]!;
			sums[i]! += half + (weight2 * k[at2 + i]! + weight3 * k[at3 + i]!);
		}
	}
	for (; j < count; j++, at += step) {
		const weight = weights[j]!;
		for (let i = 0; i < K; i++) sums[i]! += weight * k[at + i]!;
	}
	for (let i = 0; i < K; i++) mixed[query + i] = sums[i]!;
}

/** What attention reads and fills. */
export interface AttendArrays {
	readonly q: Array32;
	readonly k: Array32;
	readonly v: Array32;
	readonly context: Array32;
	/** A row per query and head, as long as `patternWidth` says. */
	readonly pattern: Array32;
	/** As `fillRanges` writes them. */
	readonly ranges: Int32Array;
}

/** The context and the pattern of all queries. */
export function attendLoop(
	{ q, k, v, context, pattern, ranges }: AttendArrays,
	sizes: AttendSizes
): void {
	const width = patternWidth(sizes);
	const [scores, sums] = [new Float64Array(width), new Float64Array(sizes.headWidth)];
	pattern.fill(0);
	eachQuery(ranges, sizes, width, (place) => {
		scoreRow(q, k, scores, place);
		fillRow(pattern, scores, place);
		mixRow(scores, v, context, sums, place);
	});
}

/** From d pattern of a row to d scores, in place; the row itself goes to `shares`. */
function slopeRow(
	pattern: Array32,
	shares: Float64Array,
	slopes: Float64Array,
	{ row, count, K }: Place
): void {
	let mean = 0;
	for (let j = 0; j < count; j++) {
		shares[j] = pattern[row + j]!;
		mean += shares[j]! * slopes[j]!;
	}
	const scale = 1 / Math.sqrt(K);
	for (let j = 0; j < count; j++) slopes[j] = shares[j]! * (slopes[j]! - mean) * scale;
}

/** Adds a query (of q or dy) to each visible key (of dk or dv), times its weight. */
function spreadRow(weights: Float64Array, q: Array32, dk: Array32, place: Place): void {
	const { query, key, count, K, step } = place;
	for (let j = 0, at = key; j < count; j++, at += step) {
		const weight = weights[j]!;
		for (let i = 0; i < K; i++) dk[at + i]! += weight * q[query + i]!;
	}
}

/** What the gradients of attention read and fill. */
export interface AttendBackArrays extends Record<'q' | 'k' | 'v' | 'pattern' | 'dy', Array32> {
	readonly dq: Array32;
	readonly dk: Array32;
	readonly dv: Array32;
	/** Room for a row of the pattern. */
	readonly slopes: Array32;
	readonly ranges: Int32Array;
}

/** The gradients of `attendLoop`. */
export function attendBackLoop(
	{ q, k, v, pattern, dy, dq, dk, dv, ranges }: AttendBackArrays,
	sizes: AttendSizes
): void {
	const width = patternWidth(sizes);
	const [shares, pulls] = [new Float64Array(width), new Float64Array(width)];
	const sums = new Float64Array(sizes.headWidth);
	dk.fill(0);
	dv.fill(0);
	eachQuery(ranges, sizes, width, (place) => {
		scoreRow(dy, v, pulls, place);
		slopeRow(pattern, shares, pulls, place);
		mixRow(pulls, k, dq, sums, place);
		spreadRow(pulls, q, dk, place);
		spreadRow(shares, dy, dv, place);
	});
}
