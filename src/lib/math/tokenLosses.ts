import { crossEntropy } from './softmax';

/**
 * How surprised a model was at each position by the token that follows, in nats; NaN at the last one,
 * where nothing follows.
 *
 * @param logits row-major [positions, vocabulary]
 * @param tokens the sequence that the logits were computed from
 * @throws RangeError if a token is not in the vocabulary
 */
export function tokenLosses(
	logits: Float64Array | Float32Array,
	tokens: ArrayLike<number>
): Float64Array<ArrayBuffer> {
	const vocabulary = logits.length / tokens.length;
	return Float64Array.from({ length: tokens.length }, (_, position) => {
		const next = tokens[position + 1];
		if (next === undefined) return NaN;
		return crossEntropy(logits.subarray(position * vocabulary, (position + 1) * vocabulary), next);
	});
}
