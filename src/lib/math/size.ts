import type { AttentionScope } from './attention';

/** The sizes that decide how many weights a model has and how long its cache grows. */
export interface ModelSize {
	/** Number of tokens the model knows, V. */
	vocabulary: number;
	/** Length of a token's vector, D. */
	width: number;
	/** Query heads, H; a multiple of `kvHeads`. */
	heads: number;
	/** Key-value heads, G. */
	kvHeads: number;
	/** Length of a query or key, K; even. */
	headWidth: number;
	/** Hidden width of a routed or shared expert, F. */
	feedForward: number;
	/** Hidden width of a dense layer's feed-forward part. */
	denseFeedForward: number;
	/** Routed experts per MoE layer, E. */
	experts: number;
	/** Experts chosen per token, 1 in Llama 4. */
	topK: number;
	/** Positions per chunk, C. */
	chunk: number;
	layers: readonly { scope: AttentionScope['kind']; feedForward: 'moe' | 'dense' }[];
	/** Whether the output matrix is the embedding itself. */
	tiedEmbeddings: boolean;
}

/** Weights by what they are for; each is a count over all layers. */
export interface ParameterParts {
	embedding: number;
	attention: number;
	norms: number;
	router: number;
	routedExperts: number;
	sharedExperts: number;
	dense: number;
	/** 0 where the embedding is also the output matrix. */
	output: number;
}

/**
 * Counts the weights of a model by their part.
 *
 * Source: the modules of `Transformer`, meta-llama/llama-models, models/llama4/model.py and moe.py.
 */
export function parameterParts(size: ModelSize): ParameterParts {
	const { vocabulary, width, heads, kvHeads, headWidth, layers } = size;
	const moeLayers = layers.filter(({ feedForward }) => feedForward === 'moe').length;
	const expert = 3 * width * size.feedForward;
	return {
		embedding: vocabulary * width,
		attention: layers.length * 2 * width * (heads + kvHeads) * headWidth,
		norms: layers.length * 2 * width + width,
		router: moeLayers * width * size.experts,
		routedExperts: moeLayers * size.experts * expert,
		sharedExperts: moeLayers * expert,
		dense: (layers.length - moeLayers) * 3 * width * size.denseFeedForward,
		output: size.tiedEmbeddings ? 0 : vocabulary * width
	};
}

/** How many weights a model has. */
export function parameterCount(size: ModelSize): number {
	return sum(parameterParts(size));
}

/**
 * How many weights take part in one token's pass: all but the experts it does not visit.
 *
 * @param countsEmbedding whether the input embedding counts whole (so the figures of model cards) or not
 * at all, being a look-up of one row; a tied embedding counts once, for the output
 */
export function activeParameterCount(size: ModelSize, countsEmbedding = true): number {
	const parts = parameterParts(size);
	const active = { ...parts, routedExperts: (parts.routedExperts * size.topK) / size.experts };
	const isLookUp = !countsEmbedding && !size.tiedEmbeddings;
	return sum(isLookUp ? { ...active, embedding: 0 } : active);
}

/** What a layer's cache must hold of one sequence, in numbers per position: keys and values. */
export function cacheNumbersPerPosition({ kvHeads, headWidth }: ModelSize): number {
	return 2 * kvHeads * headWidth;
}

/**
 * Bytes of keys and values that one sequence of `length` positions needs: global layers hold every
 * position, chunked (and sliding) ones at most a chunk.
 *
 * @param bytesPerNumber 2 for bfloat16
 * @param isFull as if every layer were global, for comparison
 */
export function cacheBytes(
	size: ModelSize,
	length: number,
	bytesPerNumber = 2,
	isFull = false
): number {
	const positions = size.layers.reduce(
		(total, { scope }) =>
			total + (isFull || scope === 'global' ? length : Math.min(length, size.chunk)),
		0
	);
	return positions * cacheNumbersPerPosition(size) * bytesPerNumber;
}

function sum(parts: ParameterParts): number {
	return (Object.keys(parts) as (keyof ParameterParts)[]).reduce(
		(total, part) => total + parts[part],
		0
	);
}
