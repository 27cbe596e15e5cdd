/**
 * The published Llama 4 models: what Meta has said or released about each, with its source, and null
 * where nothing public says it. Figures that other sites print without a source are left out.
 */
import type { ModelRules } from '$lib/math/rules';

/** Where a figure can be read. */
export interface Source {
	title: string;
	url: string;
}

/** A published figure and where it stands. */
export interface Figure<T> {
	value: T;
	source: Source;
}

export interface ModelCard {
	id: 'scout' | 'maverick' | 'behemoth';
	name: string;
	/** Meta's own statement, in weights. */
	active: Figure<number>;
	/** Meta's own statement, in weights. */
	total: Figure<number>;
	/** Routed experts per MoE layer. */
	experts: Figure<number>;
	/** Longest input that the released model is said to take, in tokens. */
	context: Figure<number> | null;
	/** Tokens of training data. */
	trainingTokens: Figure<number>;
	cutoff: Figure<string> | null;
	/** Number formats of the released weights. */
	precisions: Figure<readonly string[]> | null;
	/** The exact shape of the text model, or null where it is not public. */
	text: Figure<ModelRules> | null;
}

const BLOG: Source = {
	title: 'Meta, The Llama 4 herd (5 April 2025)',
	url: 'https://ai.meta.com/blog/llama-4-multimodal-intelligence/'
};
const CARD: Source = {
	title: 'meta-llama/llama-models, models/llama4/MODEL_CARD.md',
	url: 'https://github.com/meta-llama/llama-models/blob/main/models/llama4/MODEL_CARD.md'
};
const HF_CONFIG: Source = {
	title: 'huggingface/transformers, Llama4TextConfig (its defaults are Scout)',
	url: 'https://github.com/huggingface/transformers/blob/main/src/transformers/models/llama4/configuration_llama4.py'
};
const TORCHTUNE: Source = {
	title: 'pytorch/torchtune, llama4_17bx128e',
	url: 'https://github.com/pytorch/torchtune/blob/main/torchtune/models/llama4/_model_builders.py'
};
const CONVERTER: Source = {
	title: 'huggingface/transformers, convert_llama4_weights_to_hf.py',
	url: 'https://github.com/huggingface/transformers/blob/main/src/transformers/models/llama4/convert_llama4_weights_to_hf.py'
};

const fromBlog = <T>(value: T): Figure<T> => ({ value, source: BLOG });
const fromCard = <T>(value: T): Figure<T> => ({ value, source: CARD });
const fromConverter = <T>(value: T): Figure<T> => ({ value, source: CONVERTER });

const LAYERS = 48;
const NOPE_EVERY = 4;

/** What Scout and Maverick have in common. */
const SHARED = {
	vocabulary: 202_048,
	width: 5120,
	heads: 40,
	kvHeads: 8,
	headWidth: 128,
	feedForward: 8192,
	denseFeedForward: 16_384,
	topK: 1,
	chunk: 8192,
	attentionScale: { floorScale: 8192, attnScale: 0.1 },
	normEps: 1e-5,
	tiedEmbeddings: false,
	variants: { gate: 'input', router: 'sigmoid', scale: 'multiply' }
} as const;

/** Every fourth layer is a NoPE layer; every `moeEvery`-th has experts. */
function layers(moeEvery: number): ModelRules['layers'] {
	return Array.from({ length: LAYERS }, (_, layer) => {
		const isNope = (layer + 1) % NOPE_EVERY === 0;
		return {
			positions: isNope ? 'nope' : 'rope',
			scope: isNope ? 'global' : 'chunked',
			feedForward: (layer + 1) % moeEvery === 0 ? 'moe' : 'dense'
		};
	});
}

interface Shape {
	experts: number;
	moeEvery: number;
	qkNorm: boolean;
	scaling: ModelRules['rope']['scaling'];
}

/** A released text model by what is its own. */
function shapeOf(
	source: Source,
	{ experts, moeEvery, qkNorm, scaling }: Shape
): Figure<ModelRules> {
	const rope = { theta: 500_000, scaling };
	return { source, value: { ...SHARED, experts, layers: layers(moeEvery), qkNorm, rope } };
}

export const SCOUT: ModelCard & { text: Figure<ModelRules> } = {
	id: 'scout',
	name: 'Llama 4 Scout',
	active: fromCard(17e9),
	total: fromCard(109e9),
	experts: fromCard(16),
	context: fromConverter(10_485_760),
	trainingTokens: fromCard(40e12),
	cutoff: fromCard('August 2024'),
	precisions: fromCard(['bfloat16', 'int4 while loading']),
	text: shapeOf(HF_CONFIG, {
		...{ experts: 16, moeEvery: 1, qkNorm: true },
		scaling: { factor: 16, lowFactor: 1, highFactor: 1, originalLength: 8192 }
	})
};

export const MAVERICK: ModelCard & { text: Figure<ModelRules> } = {
	id: 'maverick',
	name: 'Llama 4 Maverick',
	active: fromCard(17e9),
	total: fromCard(400e9),
	experts: fromCard(128),
	context: fromConverter(1_048_576),
	trainingTokens: fromCard(22e12),
	cutoff: fromCard('August 2024'),
	precisions: fromCard(['bfloat16', 'fp8']),
	text: shapeOf(TORCHTUNE, { experts: 128, moeEvery: 2, qkNorm: false, scaling: null })
};

/** Announced as a teacher still in training, never released: all else about it is unknown. */
export const BEHEMOTH: ModelCard = {
	id: 'behemoth',
	name: 'Llama 4 Behemoth (preview)',
	active: fromBlog(288e9),
	/** “Nearly two trillion”. */
	total: fromBlog(2e12),
	experts: fromBlog(16),
	context: null,
	/** “More than 30 trillion tokens” is said of the data mixture. */
	trainingTokens: fromBlog(30e12),
	cutoff: null,
	precisions: null,
	text: null
};

export const CARDS: readonly ModelCard[] = [SCOUT, MAVERICK, BEHEMOTH];

/**
 * Weights that Scout and Maverick have besides the text model: picture encoder, adapter and projector.
 *
 * Source: counted from the modules of `Llama4VisionModel` and `Llama4MultiModalProjector`,
 * huggingface/transformers, models/llama4/modeling_llama4.py.
 */
export const VISION_PARAMETERS = {
	encoder: 811_115_008,
	adapter: 39_845_888,
	projector: 20_971_520
};
