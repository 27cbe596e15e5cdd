/**
 * The whole model once more on plain float64 numbers: slow, readable, and the twin against which the
 * tensors of `model/` are balanced. Weights carry the same names and shapes as there.
 *
 * Source: `Transformer.forward`, meta-llama/llama-models, models/llama4/model.py.
 */
import { attend, type AttentionWeights } from './attentionLayer';
import { feedForward, type FeedForwardWeights } from './feedForward';
import { product } from './expert';
import { rmsNorm } from './norm';
import type { Precision } from './rope';
import type { BatchShape, ModelRules, Note, PlainRecording } from './rules';
import { tokenLosses } from './tokenLosses';
import { eachRow, transposed, type Numbers } from './table';

export interface LayerWeights {
	readonly attention: AttentionWeights;
	readonly feedForward: FeedForwardWeights;
}

/** All weights, row-major and input-major: a product is `x · W`. */
export interface ModelWeights {
	readonly embed_VD: Numbers;
	readonly layers: readonly LayerWeights[];
	readonly finalNorm_D: Numbers;
	/** Null where the embedding is also the output matrix. */
	readonly output_DV: Numbers | null;
}

/**
 * One pass over whole sequences, from position 0.
 *
 * @param tokens one or more sequences of one length, token ids
 * @param precision of the rotations alone; everything else is float64
 * @returns every intermediate in the order of computation; the last is `logits`, shape [B, T, V]
 * @throws RangeError if the sequences differ in length, a token is not in the vocabulary, or weights are
 * too few
 */
export function forward(
	weights: ModelWeights,
	rules: ModelRules,
	tokens: readonly ArrayLike<number>[],
	precision: Precision = 'float64'
): PlainRecording[] {
	const { width, vocabulary, normEps } = rules;
	const shape = batchShape(tokens);
	const recordings: PlainRecording[] = [];
	const noteIn =
		(layer: number | null): Note =>
		(point, axes, data) =>
			recordings.push({ layer, point, shape: axes, data });
	const [note, streamShape] = [noteIn(null), [shape.batch, shape.length, width]];
	const norm = (x: Float64Array, weight: Numbers) =>
		eachRow(x, width, (row) => rmsNorm(row, normEps, weight));

	let stream = embed(weights.embed_VD, tokens, rules);
	note('embeddings', streamShape, stream);
	rules.layers.forEach((layer, index) => {
		const { attention, feedForward: feed } = weightsOf(weights, index);
		const noteHere = noteIn(index);
		const normed = norm(stream, attention.norm_D);
		noteHere('attention.norm', streamShape, normed);
		stream = added(stream, attend(normed, attention, rules, layer, shape, precision, noteHere));
		noteHere('residual.mid', streamShape, stream);
		const middle = norm(stream, feed.norm_D);
		noteHere('feedForward.norm', streamShape, middle);
		stream = added(stream, feedForward(middle, feed, rules, shape, noteHere));
		noteHere('residual.out', streamShape, stream);
	});
	const final = norm(stream, weights.finalNorm_D);
	note('finalNorm', streamShape, final);
	const output = weights.output_DV ?? transposed(weights.embed_VD, vocabulary, width);
	const logits = eachRow(final, width, (row) => product(row, output, vocabulary));
	note('logits', [shape.batch, shape.length, vocabulary], logits);
	return recordings;
}

/** The intermediate of that name, or an error that names it. */
export function recorded(
	recordings: readonly PlainRecording[],
	point: string,
	layer: number | null = null
): PlainRecording {
	const found = recordings.find((r) => r.point === point && r.layer === layer);
	if (!found) throw new RangeError(`no recording of ${point} in layer ${layer}`);
	return found;
}

/**
 * Mean loss of predicting each next token, in nats per predicted token (all but each first one).
 *
 * Source: `ForCausalLMLoss`, huggingface/transformers, loss/loss_utils.py.
 */
export function nextTokenLoss(
	logits: Float64Array | Float32Array,
	tokens: readonly ArrayLike<number>[]
): number {
	const { batch, length } = batchShape(tokens);
	const size = logits.length / batch;
	let sum = 0;
	tokens.forEach((sequence, b) => {
		const losses = tokenLosses(logits.subarray(b * size, (b + 1) * size), sequence);
		for (let position = 0; position + 1 < length; position++) sum += losses[position] ?? NaN;
	});
	return sum / (batch * (length - 1));
}

function batchShape(tokens: readonly ArrayLike<number>[]): BatchShape {
	const length = tokens[0]?.length ?? 0;
	if (length === 0) throw new RangeError('a pass needs at least one token');
	for (const sequence of tokens) {
		if (sequence.length !== length) {
			throw new RangeError(`expected sequences of ${length} tokens, got ${sequence.length}`);
		}
	}
	return { batch: tokens.length, length };
}

function embed(
	embedding: Numbers,
	tokens: readonly ArrayLike<number>[],
	{ width, vocabulary }: ModelRules
): Float64Array<ArrayBuffer> {
	const ids = Float64Array.from(tokens.flatMap((sequence) => Array.from(sequence)));
	return eachRow(ids, 1, ([token = -1]) => {
		if (!Number.isInteger(token) || token < 0 || token >= vocabulary) {
			throw new RangeError(`token ${token} is not among the ${vocabulary} of the vocabulary`);
		}
		return Float64Array.from({ length: width }, (_, i) => embedding[token * width + i] ?? NaN);
	});
}

function weightsOf({ layers }: ModelWeights, index: number): LayerWeights {
	const layer = layers[index];
	if (!layer) throw new RangeError(`there are no weights for layer ${index}`);
	return layer;
}

function added(x: Float64Array, y: Float64Array): Float64Array<ArrayBuffer> {
	return Float64Array.from(x, (value, i) => value + (y[i] ?? NaN));
}
