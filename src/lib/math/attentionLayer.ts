import { attentionMask, attentionScale, attentionScope, type Mask } from './attention';
import { product } from './expert';
import { rmsNorm } from './norm';
import { rotate, rotations, type Precision } from './rope';
import { softmax } from './softmax';
import { eachRow, middleSwapped, type Numbers } from './table';
import type { BatchShape, LayerRules, ModelRules, Note } from './rules';

/** Weights of a layer's attention, by the names of `model/params.ts`. */
export interface AttentionWeights {
	readonly norm_D: Numbers;
	readonly q_DP: Numbers;
	readonly k_DP: Numbers;
	readonly v_DP: Numbers;
	readonly out_PD: Numbers;
}

/** Queries, keys and values of a batch; rows in the order sequence, position, head. */
interface Heads {
	q: Float64Array<ArrayBuffer>;
	k: Float64Array<ArrayBuffer>;
	v: Float64Array<ArrayBuffer>;
}

/**
 * Attention of one layer over a normed stream, shape [B·T, D] in and out.
 *
 * Source: `Attention.forward`, meta-llama/llama-models, models/llama4/model.py.
 */
export function attend(
	x: Float64Array,
	weights: AttentionWeights,
	rules: ModelRules,
	layer: LayerRules,
	shape: BatchShape,
	precision: Precision,
	note: Note
): Float64Array<ArrayBuffer> {
	const { width, heads, kvHeads, headWidth } = rules;
	const { batch, length } = shape;
	const project = (point: string, matrix: Numbers, count: number) => {
		const out = eachRow(x, width, (row) => product(row, matrix, count * headWidth));
		note(point, [batch, length, count * headWidth], out);
		return out;
	};
	const projected = {
		q: project('attention.q', weights.q_DP, heads),
		k: project('attention.k', weights.k_DP, kvHeads),
		v: project('attention.v', weights.v_DP, kvHeads)
	};
	const scale = layer.positions === 'nope' ? scales(rules, length, note) : null;
	const ready =
		layer.positions === 'rope'
			? turned(projected, rules, shape, precision, note)
			: scaled(projected, rules, scale);
	const q = middleSwapped(ready.q, [batch, length, heads, headWidth]);
	const k = middleSwapped(ready.k, [batch, length, kvHeads, headWidth]);
	note('attention.qFinal', [batch, heads, length, headWidth], q);
	note('attention.kFinal', [batch, kvHeads, length, headWidth], k);
	const offsets = rules.variants.scale === 'add' ? scale : null;
	const pattern = patternOf(scoresOf(q, k, rules, shape, offsets), rules, layer, shape, note);
	const context = contextOf(pattern, projected.v, rules, shape);
	note('attention.context', [batch, length, heads, headWidth], context);
	const out = eachRow(context, heads * headWidth, (row) => product(row, weights.out_PD, width));
	note('attention.out', [batch, length, width], out);
	return out;
}

/** Rotary positions, then QK-norm where the model has it. */
function turned(
	{ q, k, v }: Heads,
	{ heads, kvHeads, headWidth, rope, qkNorm, normEps }: ModelRules,
	{ batch, length }: BatchShape,
	precision: Precision,
	note: Note
): Heads {
	const positions = Array.from({ length }, (_, position) => position);
	const table = rotations(positions, headWidth, rope, precision);
	const turn = (x: Float64Array, count: number) =>
		eachRow(x, headWidth, (head, i) => rotate(head, table, Math.floor(i / count) % length));
	const norm = (x: Float64Array) => eachRow(x, headWidth, (head) => rmsNorm(head, normEps));
	const [qRope, kRope] = [turn(q, heads), turn(k, kvHeads)];
	note('attention.qRope', [batch, length, heads, headWidth], qRope);
	note('attention.kRope', [batch, length, kvHeads, headWidth], kRope);
	if (!qkNorm) return { q: qRope, k: kRope, v };
	const [qNorm, kNorm] = [norm(qRope), norm(kRope)];
	note('attention.qNorm', [batch, length, heads, headWidth], qNorm);
	note('attention.kNorm', [batch, length, kvHeads, headWidth], kNorm);
	return { q: qNorm, k: kNorm, v };
}

/** The query scale of each position, or null where the model has none. */
function scales({ attentionScale: settings }: ModelRules, length: number, note: Note) {
	if (!settings) return null;
	const scale = Float64Array.from({ length }, (_, position) => attentionScale(position, settings));
	note('attention.scale', [length], scale);
	return scale;
}

/** Queries times their scale, as in Llama 4; unchanged where the scale is added to the scores instead. */
function scaled(
	{ q, k, v }: Heads,
	{ heads, headWidth, variants }: ModelRules,
	scale: Float64Array | null
): Heads {
	if (!scale || variants.scale === 'add') return { q, k, v };
	const factorOf = (i: number) => scale[Math.floor(i / heads) % scale.length] ?? 1;
	return { q: eachRow(q, headWidth, (head, i) => head.map((x) => x * factorOf(i))), k, v };
}

/**
 * Scores `q · k / √K` of every pair, before the mask. With `offsets` (ours, for comparison) the query's
 * scale is added to each of its scores, which the softmax then cancels: only multiplying sharpens.
 */
function scoresOf(
	q: Float64Array,
	k: Float64Array,
	{ heads, kvHeads, headWidth }: ModelRules,
	{ length }: BatchShape,
	offsets: Float64Array | null
): Float64Array<ArrayBuffer> {
	return eachRow(q, headWidth, (query, i) => {
		const head = Math.floor(i / length);
		const sequence = Math.floor(head / heads);
		const group = Math.floor((head % heads) / (heads / kvHeads));
		const keys = (sequence * kvHeads + group) * length;
		const offset = offsets?.[i % length] ?? 0;
		return Float64Array.from({ length }, (_, position) => {
			const start = (keys + position) * headWidth;
			const sum = query.reduce((total, x, j) => total + x * (k[start + j] ?? NaN), 0);
			return sum / Math.sqrt(headWidth) + offset;
		});
	});
}

/** How much each query looks at each key: scores behind the mask, through a softmax. */
function patternOf(
	scores: Float64Array<ArrayBuffer>,
	{ heads, chunk }: ModelRules,
	{ scope }: LayerRules,
	{ batch, length }: BatchShape,
	note: Note
): Float64Array {
	const mask = attentionMask(length, attentionScope(scope, chunk));
	note('attention.mask', [length, length], Float64Array.from(mask.allowed));
	note('attention.scores', [batch, heads, length, length], scores);
	const pattern = eachRow(scores, length, (row, i) => softmax(masked(row, mask, i % length)));
	note('attention.pattern', [batch, heads, length, length], pattern);
	return pattern;
}

/** A row of scores with −∞ wherever the query may not look. */
function masked(row: Float64Array, { keys, allowed }: Mask, query: number): Float64Array {
	return row.map((score, key) => (allowed[query * keys + key] ? score : -Infinity));
}

/** The values each query head gathers by its pattern, [B, T, H, K]. */
function contextOf(
	pattern: Float64Array,
	v: Float64Array,
	{ heads, kvHeads, headWidth }: ModelRules,
	{ batch, length }: BatchShape
): Float64Array<ArrayBuffer> {
	const gathered = eachRow(pattern, length, (shares, i) => {
		const head = Math.floor(i / length);
		const sequence = Math.floor(head / heads);
		const group = Math.floor((head % heads) / (heads / kvHeads));
		return Float64Array.from({ length: headWidth }, (_, j) =>
			shares.reduce((total, share, key) => {
				const row = (sequence * length + key) * kvHeads + group;
				return total + share * (v[row * headWidth + j] ?? NaN);
			}, 0)
		);
	});
	return middleSwapped(gathered, [batch, heads, length, headWidth]);
}
