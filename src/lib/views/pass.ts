import { softmax } from '$lib/math/softmax';
import { recordingOf, type HookPoint, type Trace } from '$lib/protocol/trace';

/** A vector per token: `values[token * width + i]`. */
export interface Rows {
	count: number;
	width: number;
	values: Float32Array;
}

/** One head's view of one layer; both tables are row-major, query × key. */
export interface Attention {
	size: number;
	/** q·k / √K, or null if the trace does not hold them. */
	scores: Float32Array | null;
	/** Weights after softmax; each row sums to 1. */
	pattern: Float32Array;
}

/** What the router of one layer decided; tables are row-major, token × expert. */
export interface Routing {
	tokens: number;
	experts: number;
	logits: Float32Array;
	/** Gate of each chosen expert, 0 for all others. */
	gates: Float32Array;
	/** The chosen experts of each token, best first. */
	chosen: readonly (readonly number[])[];
}

/** A token that may come next. */
export interface NextToken {
	token: number;
	probability: number;
}

/** The vectors of a point whose last axis is a vector and whose other axes count tokens. */
export function rowsOf(trace: Trace, point: HookPoint, layer: number | null): Rows | null {
	const recording = recordingOf(trace, point, layer);
	const width = recording?.shape.at(-1);
	if (!recording || !width) return null;
	return { count: recording.data.length / width, width, values: recording.data };
}

/** The part of each token's vector that belongs to one head, for points with `projection` as last axis. */
export function headRowsOf(
	trace: Trace,
	point: 'attention.q' | 'attention.k' | 'attention.v',
	{ layer, head, headWidth }: { layer: number; head: number; headWidth: number }
): Rows | null {
	const all = rowsOf(trace, point, layer);
	if (!all) return null;
	const values = new Float32Array(all.count * headWidth);
	for (let token = 0; token < all.count; token++) {
		const start = token * all.width + head * headWidth;
		values.set(all.values.subarray(start, start + headWidth), token * headWidth);
	}
	return { count: all.count, width: headWidth, values };
}

/** One head of a point with the axes batch, head, query or key, and a last one; batch is 1. */
function headOf(trace: Trace, point: HookPoint, layer: number, head: number): Rows | null {
	const recording = recordingOf(trace, point, layer);
	if (!recording) return null;
	const [count = 0, width = 0] = recording.shape.slice(-2);
	const size = count * width;
	return { count, width, values: recording.data.subarray(head * size, (head + 1) * size) };
}

/** Queries or keys of one head as they enter the score: rotated and normalised, or scaled. */
export function finalRowsOf(
	trace: Trace,
	point: 'attention.qFinal' | 'attention.kFinal',
	layer: number,
	head: number
): Rows | null {
	return headOf(trace, point, layer, head);
}

/** The attention of one head, or null if the trace does not hold it. */
export function attentionOf(trace: Trace, layer: number, head: number): Attention | null {
	const pattern = headOf(trace, 'attention.pattern', layer, head);
	if (!pattern) return null;
	const scores = headOf(trace, 'attention.scores', layer, head);
	const { count: size } = pattern;
	return { size, pattern: placed(pattern), scores: scores && placed(scores) };
}

/**
 * Rows of keys as a table of all keys. Rows that are shorter than their number stand for chunks: they
 * begin with the first key of the query's chunk.
 */
function placed({ count, width, values }: Rows): Float32Array {
	if (width === count) return values;
	const table = new Float32Array(count * count);
	for (let query = 0; query < count; query++) {
		const first = query - (query % width);
		const row = values.subarray(query * width, query * width + Math.min(width, count - first));
		table.set(row, query * count + first);
	}
	return table;
}

/** The routing of one layer, or null for a dense layer. */
export function routingOf(trace: Trace, layer: number): Routing | null {
	const logits = rowsOf(trace, 'router.logits', layer);
	const gates = rowsOf(trace, 'router.gate', layer);
	if (!logits || !gates) return null;
	const { count: tokens, width: experts } = logits;
	const chosen = Array.from({ length: tokens }, (_, token) => {
		const row = Array.from(gates.values.subarray(token * experts, (token + 1) * experts));
		const logit = (expert: number) => logits.values[token * experts + expert] ?? 0;
		return [...row.keys()]
			.filter((expert) => row[expert] !== 0)
			.sort((a, b) => logit(b) - logit(a));
	});
	return { tokens, experts, logits: logits.values, gates: gates.values, chosen };
}

/** The residual stream before the first layer and after each, as far as the trace holds it. */
export function streamsOf(trace: Trace, layers: number): (Rows | null)[] {
	const after = Array.from({ length: layers }, (_, layer) => rowsOf(trace, 'residual.out', layer));
	return [rowsOf(trace, 'embeddings', null), ...after];
}

/** The probability of each token after the position, or null if the trace holds no logits. */
export function nextOf(trace: Trace, position: number): Float64Array | null {
	const logits = rowsOf(trace, 'logits', null);
	if (!logits || position >= logits.count) return null;
	return softmax(logits.values.subarray(position * logits.width, (position + 1) * logits.width));
}

/** The probability that the model gave each token before it came; NaN for the first. */
export function expectedOf(trace: Trace): number[] {
	return Array.from(trace.tokens, (token, position) =>
		position === 0 ? NaN : (nextOf(trace, position - 1)?.[token] ?? NaN)
	);
}

/** The most probable tokens, best first. */
export function topOf(probabilities: Float64Array, count: number): NextToken[] {
	return Array.from(probabilities, (probability, token) => ({ token, probability }))
		.sort((a, b) => b.probability - a.probability)
		.slice(0, count);
}

/** Row `index` of some rows. */
export function rowOf({ values, width }: Rows, index: number): Float32Array {
	return values.subarray(index * width, (index + 1) * width);
}

/** Root of the mean square, the number that an RMS norm divides by. */
export function rootMeanSquare(values: ArrayLike<number>, epsilon = 0): number {
	let sum = 0;
	for (let i = 0; i < values.length; i++) sum += (values[i] ?? 0) ** 2;
	return Math.sqrt(sum / values.length + epsilon);
}

/** Length of a vector. */
export function lengthOf(values: ArrayLike<number>): number {
	return rootMeanSquare(values) * Math.sqrt(values.length);
}
