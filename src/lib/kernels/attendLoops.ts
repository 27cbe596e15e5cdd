import { firstVisible, type AttentionScope } from '$lib/math/attention';
import { arrayKernel } from './arrayKernel';
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

/** Most keys that any query sees: the length of a row of the pattern. */
function widest(sizes: AttendSizes): number {
	let most = 1;
	for (let query = 0; query < sizes.queries; query++) {
		const { from, to } = visible(query, sizes);
		most = Math.max(most, to - from);
	}
	return most;
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
function eachQuery(sizes: AttendSizes, rowWidth: number, visit: (place: Place) => void): void {
	const { batch, heads, kvHeads, headWidth: K, queries, keys } = sizes;
	const group = heads / kvHeads;
	const place: Place = { query: 0, key: 0, row: 0, count: 0, K, step: kvHeads * K };
	for (let b = 0; b < batch; b++) {
		for (let query = 0; query < queries; query++) {
			const { from, to } = visible(query, sizes);
			place.count = to - from;
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

/** One row of the pattern: the softmax of the query's scores. */
function fillRow(q: Array32, k: Array32, pattern: Array32, place: Place): void {
	const { query, key, row, count, K, step } = place;
	const scale = 1 / Math.sqrt(K);
	let highest = -Infinity;
	for (let j = 0; j < count; j++) {
		const at = key + j * step;
		let dot = 0;
		for (let i = 0; i < K; i++) dot += q[query + i]! * k[at + i]!;
		pattern[row + j] = dot * scale;
		highest = Math.max(highest, dot * scale);
	}
	let sum = 0;
	for (let j = 0; j < count; j++) {
		const weight = exp(pattern[row + j]! - highest);
		pattern[row + j] = weight;
		sum += weight;
	}
	const share = 1 / sum;
	for (let j = 0; j < count; j++) pattern[row + j]! *= share;
}

/** Mixes the values of the visible keys by a row of the pattern. */
function mixRow(
	pattern: Array32,
	v: Array32,
	context: Array32,
	sums: Float64Array,
	place: Place
): void {
	const { query, key, row, count, K, step } = place;
	for (let i = 0; i < K; i++) sums[i] = 0;
	for (let j = 0; j < count; j++) {
		const share = pattern[row + j]!;
		const at = key + j * step;
		for (let i = 0; i < K; i++) sums[i]! += share * v[at + i]!;
	}
	for (let i = 0; i < K; i++) context[query + i] = sums[i]!;
}

export const attendKernel = arrayKernel<
	Record<'q' | 'k' | 'v', Array32>,
	{ context: Array32; pattern: Array32 },
	AttendSizes
>({
	name: 'Attend',
	plan: ({ q }, sizes) => ({
		context: q,
		pattern: [sizes.batch * sizes.queries * sizes.heads, widest(sizes)]
	}),
	run: ({ q, k, v }, { context, pattern }, sizes) => {
		const sums = new Float64Array(sizes.headWidth);
		pattern.fill(0);
		eachQuery(sizes, patternWidth(pattern, sizes), (place) => {
			fillRow(q, k, pattern, place);
			mixRow(pattern, v, context, sums, place);
		});
	}
});

function patternWidth(pattern: Array32, { batch, queries, heads }: AttendSizes): number {
	return pattern.length / (batch * queries * heads);
}

/** d pattern of a row into `slopes`, and its part of d v. Returns the mean slope under the pattern. */
function valueRow(
	pattern: Array32,
	v: Array32,
	dy: Array32,
	dv: Array32,
	slopes: Float64Array,
	place: Place
): number {
	const { query, key, row, count, K, step } = place;
	let mean = 0;
	for (let j = 0; j < count; j++) {
		const share = pattern[row + j]!;
		const at = key + j * step;
		let slope = 0;
		for (let i = 0; i < K; i++) {
			const pull = dy[query + i]!;
			slope += pull * v[at + i]!;
			dv[at + i]! += share * pull;
		}
		slopes[j] = slope;
		mean += share * slope;
	}
	return mean;
}

/** From d scores (in `slopes`) of a row to d q and its part of d k. */
function scoreRow(
	q: Array32,
	k: Array32,
	dq: Array32,
	dk: Array32,
	slopes: Float64Array,
	place: Place
): void {
	const { query, key, count, K, step } = place;
	for (let j = 0; j < count; j++) {
		const pull = slopes[j]!;
		const at = key + j * step;
		for (let i = 0; i < K; i++) {
			dq[query + i]! += pull * k[at + i]!;
			dk[at + i]! += pull * q[query + i]!;
		}
	}
}

export const attendGradient = arrayKernel<
	Record<'q' | 'k' | 'v' | 'pattern' | 'dy', Array32>,
	Record<'dq' | 'dk' | 'dv', Array32>,
	AttendSizes
>({
	name: 'AttendGradient',
	plan: ({ q, k, v }) => ({ dq: q, dk: k, dv: v }),
	run: ({ q, k, v, pattern, dy }, { dq, dk, dv }, sizes) => {
		const width = patternWidth(pattern, sizes);
		const slopes = new Float64Array(width);
		const scale = 1 / Math.sqrt(sizes.headWidth);
		for (const made of [dq, dk, dv]) made.fill(0);
		eachQuery(sizes, width, (place) => {
			const mean = valueRow(pattern, v, dy, dv, slopes, place);
			for (let j = 0; j < place.count; j++) {
				slopes[j] = pattern[place.row + j]! * (slopes[j]! - mean) * scale;
			}
			scoreRow(q, k, dq, dk, slopes, place);
		});
	}
});
