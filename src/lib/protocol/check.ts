import { cacheBytes, parameterCount } from '$lib/math/size';
import type { ModelConfig } from './config';

/**
 * The most that the page takes. Training keeps four numbers per weight (weight, gradient, two means), so
 * the largest model needs 512 MiB for them.
 */
export const LIMITS = {
	parameters: 2 ** 25,
	layers: 64,
	vocabulary: 2 ** 18,
	/** Tokens of the longest sequence; attention holds a square of it per head. */
	length: 1024
} as const;

const BYTES_PER_NUMBER = 4;
const NUMBERS_PER_TRAINED_WEIGHT = 4;

/** One sentence naming the first reason why the page cannot run such a model, or null if it can. */
export function checkConfig(config: ModelConfig): string | null {
	return checkNumbers(config) ?? checkFit(config) ?? checkPageSize(config);
}

/** What each whole number of a configuration is called in a sentence. */
const WHOLE_NUMBERS = {
	vocabulary: 'vocabulary',
	width: 'width',
	heads: 'number of query heads',
	kvHeads: 'number of key-value heads',
	headWidth: 'head width',
	feedForward: 'expert width',
	denseFeedForward: 'dense width',
	experts: 'number of experts',
	topK: 'number of experts per token',
	chunk: 'chunk',
	maxLength: 'length'
} as const satisfies Partial<Record<keyof ModelConfig, string>>;

/** Each number by itself. */
function checkNumbers(config: ModelConfig): string | null {
	for (const [name, words] of Object.entries(WHOLE_NUMBERS)) {
		const value = config[name as keyof typeof WHOLE_NUMBERS];
		if (!Number.isSafeInteger(value) || value < 1) {
			return `The ${words} must be a whole number of at least 1, not ${value}.`;
		}
	}
	const { normEps, rope, attentionScale } = config;
	const scaling = rope.scaling ?? { factor: 1, lowFactor: 1, highFactor: 1, originalLength: 1 };
	const positives = [
		['norm ε', normEps],
		['RoPE base', rope.theta],
		['RoPE stretch', scaling.factor],
		['low factor of the RoPE scaling', scaling.lowFactor],
		['high factor of the RoPE scaling', scaling.highFactor],
		['original length of the RoPE scaling', scaling.originalLength],
		['floor scale', attentionScale?.floorScale ?? 1]
	] as const;
	for (const [words, value] of positives) {
		if (!(value > 0 && value < Infinity)) return `The ${words} must be above 0, not ${value}.`;
	}
	const growth = attentionScale?.attnScale ?? 0;
	return Number.isFinite(growth) ? null : `The scale growth must be a number, not ${growth}.`;
}

/** The numbers with one another. */
function checkFit(config: ModelConfig): string | null {
	const { heads, kvHeads, headWidth, experts, topK, layers, rope } = config;
	if (layers.length === 0) return 'A model needs at least one layer.';
	if (heads % kvHeads !== 0) {
		return `${heads} query heads cannot share ${kvHeads} key-value heads evenly: take a divisor of ${heads}.`;
	}
	if (headWidth % 2 !== 0) {
		return `The head width must be even, since rotary positions turn pairs, not ${headWidth}.`;
	}
	if (topK > experts) return `A token cannot visit ${topK} experts where there are ${experts}.`;
	if (rope.scaling && rope.scaling.highFactor < rope.scaling.lowFactor) {
		return 'The high factor of the RoPE scaling must not be below the low factor.';
	}
	return null;
}

/** Whether the page can hold it, with an estimate of what it would need. */
function checkPageSize(config: ModelConfig): string | null {
	const parameters = parameterCount(config);
	if (parameters > LIMITS.parameters) {
		const cache = cacheBytes(config, config.maxLength, BYTES_PER_NUMBER);
		const toRun = parameters * BYTES_PER_NUMBER + cache;
		const toTrain = parameters * BYTES_PER_NUMBER * NUMBERS_PER_TRAINED_WEIGHT;
		return (
			`This model is too large for the page: about ${inWords(parameters)} weights, which need ` +
			`${inBytes(toRun)} to run and ${inBytes(toTrain)} to train; the page takes up to ` +
			`${inWords(LIMITS.parameters)}.`
		);
	}
	const sizes = [
		['layers', config.layers.length, LIMITS.layers],
		['tokens of vocabulary', config.vocabulary, LIMITS.vocabulary],
		['tokens of length', config.maxLength, LIMITS.length]
	] as const;
	for (const [words, value, limit] of sizes) {
		if (value > limit) return `The page takes up to ${limit} ${words}, not ${value}.`;
	}
	return null;
}

/** A count for a sentence: `108 billion`, `34 million`. */
function inWords(count: number): string {
	const scales = [
		['trillion', 1e12],
		['billion', 1e9],
		['million', 1e6]
	] as const;
	const [word, unit] = scales.find(([, size]) => count >= size) ?? ['', 1];
	return `${rounded(count / unit)} ${word}`.trim();
}

/** Bytes for a sentence: `431 GB`, `134 MB`. */
function inBytes(bytes: number): string {
	const scales = [
		['TB', 1e12],
		['GB', 1e9],
		['MB', 1e6]
	] as const;
	const [word, unit] = scales.find(([, size]) => bytes >= size) ?? ['bytes', 1];
	return `${rounded(bytes / unit)} ${word}`;
}

/** Two digits below 10, whole above. */
function rounded(value: number): string {
	return value < 10 ? value.toFixed(1) : String(Math.round(value));
}
