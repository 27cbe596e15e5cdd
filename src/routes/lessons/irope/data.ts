import type { Recorded } from '$lib/experiments/recorded';
import type { ModelConfig } from '$lib/protocol/config';
import type { LessonWords } from '../words';

/** Queries and keys of one layer of the recorded pass, before any turn. */
export interface LayerVectors {
	/** From 0. */
	layer: number;
	/** Row-major [T, H, K]. */
	q: readonly number[];
	/** Row-major [T, G, K]. */
	k: readonly number[];
}

/** A text with the ids of its tokens. */
export interface Text {
	texts: readonly string[];
	tokens: readonly number[];
}

/** What the lesson is built with. */
export interface LessonData extends Text {
	words: LessonWords;
	config: ModelConfig;
	/** Training steps and seed of the recorded toy. */
	steps: number;
	seed: number;
	/** The first RoPE layer and the first NoPE layer. */
	rope: LayerVectors;
	nope: LayerVectors;
	/** A text of the task that the proof trains on, and the places of its two colours. */
	asked: Text & { colours: readonly [number, number] };
	/** How far each change of places reaches in the toy, recorded: by its place, height and token. */
	ripples: readonly (readonly (readonly number[])[])[];
	/** What the proof found when it was recorded. */
	proof: Recorded;
}

/** The query of a token in the first head, or its key in that head's group; K numbers. */
export function vectorOf(
	{ q, k }: LayerVectors,
	what: 'query' | 'key',
	token: number,
	{ heads, kvHeads, headWidth }: ModelConfig
): number[] {
	const [values, count] = what === 'query' ? [q, heads] : [k, kvHeads];
	return values.slice(token * count * headWidth, token * count * headWidth + headWidth);
}
