import { LLAMA4_VARIANTS, type ModelConfig } from '$lib/protocol/config';
import type { HookPoint, Recording, Trace } from '$lib/protocol/trace';
import type { Scene } from '$lib/views/formula';

const at = (
	layer: number | null,
	point: HookPoint,
	shape: readonly number[],
	data: readonly number[]
): Recording => ({ layer, point, shape, data: new Float32Array(data) });

/** Two tokens, one layer of two heads of width 2, three experts, two words; every number chosen by hand. */
export const tinyTrace: Trace = {
	step: 7,
	tokens: new Int32Array([0, 1]),
	recordings: [
		at(null, 'embeddings', [1, 2, 2], [3, 4, 0, 2]),
		at(0, 'attention.q', [1, 2, 4], [1, 2, 3, 4, 5, 6, 6, 8]),
		at(0, 'attention.qFinal', [1, 2, 2, 2], [1, 0, 0, 1, 2, 1, 3, 4]),
		at(0, 'attention.kFinal', [1, 1, 2, 2], [1, 1, 2, 0]),
		at(0, 'attention.scores', [1, 2, 2, 2], [1, 2, 3, 4, 5, 6, 7, 8]),
		at(0, 'attention.pattern', [1, 2, 2, 2], [1, 0, 0.5, 0.5, 1, 0, 0.25, 0.75]),
		at(0, 'residual.mid', [1, 2, 2], [1, 1, 3, 4]),
		at(0, 'router.logits', [2, 3], [-1, 0, 1.0986123, 0, -2, -1]),
		at(0, 'router.gate', [2, 3], [0, 0, 0.75, 0.5, 0, 0]),
		at(0, 'experts.routed', [2, 2], [3, 4, 0, 1]),
		at(0, 'experts.shared', [2, 2], [6, 8, 5, 12]),
		at(0, 'residual.out', [1, 2, 2], [10, 13, 8, 17]),
		at(null, 'logits', [1, 2, 2], [0, 1.0986123, 0, 0])
	]
};

export const tinyConfig: ModelConfig = {
	...{ vocabulary: 2, width: 2, heads: 2, kvHeads: 1, headWidth: 2, feedForward: 4 },
	...{ denseFeedForward: 8, experts: 3, topK: 1, chunk: 2, qkNorm: true, normEps: 0 },
	layers: [{ positions: 'rope', scope: 'chunked', feedForward: 'moe' }],
	attentionScale: { floorScale: 2, attnScale: 0.1 },
	rope: { theta: 10_000, scaling: null },
	tiedEmbeddings: false,
	maxLength: 8,
	variants: LLAMA4_VARIANTS
};

/** The second token looks at the first, in the second head. */
export const tinyScene: Scene = {
	trace: tinyTrace,
	config: tinyConfig,
	texts: ['the', ' llama'],
	...{ layer: 0, head: 1, token: 1, key: 0, expert: null }
};
