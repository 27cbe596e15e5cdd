import { attentionScope, firstVisible, type AttentionScope } from './attention';
import type { ModelSize } from './size';

/** Multiply-adds by what they are for; all layers together, for one token. */
export interface CostParts {
	/** Products with the weights of queries, keys, values and output. */
	projections: number;
	/** Scores and weighted values: one of each per visible key, head and number of a head. */
	pairs: number;
	router: number;
	routedExperts: number;
	sharedExperts: number;
	dense: number;
	/** The product that gives the logits. */
	output: number;
}

/** Query–key pairs that a layer's mask lets through in a sequence of `length` tokens. */
export function visiblePairs(length: number, scope: AttentionScope): number {
	let pairs = 0;
	for (let query = 0; query < length; query++) pairs += query - firstVisible(query, scope) + 1;
	return pairs;
}

/**
 * Multiply-adds of a forward pass per token, as the mean over a sequence of `length` tokens. Norms,
 * rotations, softmax and activations are left out: they grow with the width, not with its square.
 *
 * @param experts how many routed experts a token visits: the model's `topK` for what the pass costs,
 * all of them for what it would cost without routing
 */
export function costParts(size: ModelSize, length: number, experts = size.topK): CostParts {
	const { width, heads, kvHeads, headWidth, layers } = size;
	const moeLayers = layers.filter(({ feedForward }) => feedForward === 'moe').length;
	const expert = 3 * width * size.feedForward;
	const pairs = layers.reduce(
		(sum, { scope }) => sum + visiblePairs(length, attentionScope(scope, size.chunk)),
		0
	);
	return {
		projections: layers.length * 2 * width * (heads + kvHeads) * headWidth,
		pairs: (2 * heads * headWidth * pairs) / length,
		router: moeLayers * width * size.experts,
		routedExperts: moeLayers * experts * expert,
		sharedExperts: moeLayers * expert,
		dense: (layers.length - moeLayers) * 3 * width * size.denseFeedForward,
		output: size.vocabulary * width
	};
}

/** All parts together. */
export function costOf(parts: CostParts): number {
	return Object.values(parts as unknown as Record<string, number>).reduce((sum, n) => sum + n, 0);
}
