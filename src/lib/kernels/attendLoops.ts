import { firstVisible, type AttentionScope } from '$lib/math/attention';
import { arrayKernel } from './arrayKernel';

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

/** One query of one head: where its numbers lie and which keys it sees. */
interface Place {
	/** Start of the query in q. */
	readonly q: number;
	/** Start of the first visible key in k and v. */
	readonly kv: number;
	/** Start of the query's row of the pattern. */
	readonly pattern: number;
	/** How many keys it sees. */
	readonly count: number;
}

/** Visits every query of every head. */
function eachQuery(sizes: AttendSizes, patternWidth: number, visit: (place: Place) => void): void {
	const { batch, heads, kvHeads, headWidth, queries, keys } = sizes;
	const group = heads / kvHeads;
	for (let b = 0; b < batch; b++) {
		for (let query = 0; query < queries; query++) {
			const { from, to } = visible(query, sizes);
			for (let head = 0; head < heads; head++) {
				const row = (b * queries + query) * heads + head;
				const key = (b * keys + from) * kvHeads + Math.floor(head / group);
				visit({
					q: row * headWidth,
					kv: key * headWidth,
					pattern: row * patternWidth,
					count: to - from
				});
			}
		}
	}
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
		const K = sizes.headWidth;
		const step = sizes.kvHeads * K;
		const patternWidth = pattern.length / (sizes.batch * sizes.queries * sizes.heads);
		context.fill(0);
		pattern.fill(0);
		eachQuery(sizes, patternWidth, ({ q: query, kv, pattern: row, count }) => {
			const scale = 1 / Math.sqrt(K);
			let highest = -Infinity;
			for (let j = 0; j < count; j++) {
				let dot = 0;
				for (let i = 0; i < K; i++) dot += q[query + i]! * k[kv + j * step + i]!;
				pattern[row + j] = dot * scale;
				if (dot * scale > highest) highest = dot * scale;
			}
			let sum = 0;
			for (let j = 0; j < count; j++) {
				const weight = Math.exp(pattern[row + j]! - highest);
				pattern[row + j] = weight;
				sum += weight;
			}
			for (let j = 0; j < count; j++) {
				const share = pattern[row + j]! / sum;
				pattern[row + j] = share;
				for (let i = 0; i < K; i++) context[query + i]! += share * v[kv + j * step + i]!;
			}
		});
	}
});

export const attendGradient = arrayKernel<
	Record<'q' | 'k' | 'v' | 'pattern' | 'dy', Array32>,
	Record<'dq' | 'dk' | 'dv', Array32>,
	AttendSizes
>({
	name: 'AttendGradient',
	plan: ({ q, k, v }) => ({ dq: q, dk: k, dv: v }),
	run: ({ q, k, v, pattern, dy }, { dq, dk, dv }, sizes) => {
		const K = sizes.headWidth;
		const step = sizes.kvHeads * K;
		const patternWidth = pattern.length / (sizes.batch * sizes.queries * sizes.heads);
		const slopes = new Float64Array(patternWidth);
		const scale = 1 / Math.sqrt(K);
		for (const made of [dq, dk, dv]) made.fill(0);
		eachQuery(sizes, patternWidth, ({ q: query, kv, pattern: row, count }) => {
			let mean = 0;
			for (let j = 0; j < count; j++) {
				const share = pattern[row + j]!;
				const key = kv + j * step;
				let slope = 0;
				for (let i = 0; i < K; i++) {
					slope += dy[query + i]! * v[key + i]!;
					dv[key + i]! += share * dy[query + i]!;
				}
				slopes[j] = slope;
				mean += share * slope;
			}
			for (let j = 0; j < count; j++) {
				const pull = pattern[row + j]! * (slopes[j]! - mean) * scale;
				const key = kv + j * step;
				for (let i = 0; i < K; i++) {
					dq[query + i]! += pull * k[key + i]!;
					dk[key + i]! += pull * q[query + i]!;
				}
			}
		});
	}
});
