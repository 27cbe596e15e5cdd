import { random } from '$lib/math/random';
import type { ModelConfig, TrainConfig } from '$lib/protocol/config';
import { INITIAL_SETTINGS, modelConfig, trainConfig, type Settings } from '$lib/protocol/settings';
import { taskOf } from '$lib/tasks';
import { drawBatch } from '$lib/train/batch';

/** A model to train, the same for every contender. */
export interface Work {
	readonly name: string;
	readonly config: ModelConfig;
	readonly train: TrainConfig;
	/** Draws the first weights and all data. */
	readonly seed: number;
	/** Whether sequences come from the default task; else they follow the small law below. */
	readonly isTale: boolean;
}

const VOCABULARY = 64;
const TALES = taskOf('tales');

function work(name: string, changes: Partial<Settings>): Work {
	const settings: Settings = { ...INITIAL_SETTINGS, ...changes };
	return {
		name,
		config: modelConfig(settings, VOCABULARY),
		train: trainConfig(settings),
		seed: settings.seed,
		isTale: false
	};
}

const SMALL = { width: 32, feedForward: 64, experts: 4, length: 32, chunk: 8, batch: 16 };
const BASE = { width: 64, headWidth: 16, feedForward: 128, experts: 4, length: 64, chunk: 16 };

/** Four layers, of which the last is a NoPE layer; every layer has experts. */
export const WORKS = {
	small: work('small', SMALL),
	base: work('base', BASE),
	toy: {
		...work('toy', {}),
		config: modelConfig(INITIAL_SETTINGS, TALES.vocabulary.length),
		isTale: true
	}
} as const satisfies Record<string, Work>;

/** `small` with another number of experts: each token still visits one. */
export function withExperts(experts: number): Work {
	return work(`${experts} experts`, { ...SMALL, experts });
}

/** `small` with another number of sequences per step. */
export function withBatch(batch: number): Work {
	return work(`batch ${batch}`, { ...SMALL, batch });
}

/** One sequence of some length for one attention layer of the sizes of `base`. */
export function withLength(length: number, layer: 'chunked' | 'NoPE'): Work {
	const nopeEvery = layer === 'NoPE' ? 1 : 2;
	return work(`${layer} ${length}`, { ...BASE, layers: 1, nopeEvery, chunk: 64, length, batch: 1 });
}

/**
 * The sequences of a step, batch × length token ids. The small law: after token n comes `3n + 1` plus a
 * draw of 0 to 3, modulo the vocabulary.
 */
export function tokensOf({ train, seed, isTale }: Work, step: number): Int32Array {
	const { batch, length } = train;
	if (isTale) return drawBatch(TALES, { batch, length }, seed, step).tokens;
	const draw = random(seed, step);
	const tokens = new Int32Array(batch * length);
	for (let i = 0; i < tokens.length; i++) {
		tokens[i] =
			i % length === 0
				? draw.integer(VOCABULARY)
				: (3 * tokens[i - 1]! + 1 + draw.integer(4)) % VOCABULARY;
	}
	return tokens;
}
