import type { Random } from '$lib/math/random';

/** One training sequence. */
export interface Sequence {
	/** Token ids, as many as were asked for. */
	tokens: Int32Array<ArrayBuffer>;
	/** Index into `Task.domains`, or null where a task has none. */
	domain: number | null;
}

/** What `encode` made of a text. */
export interface Encoded {
	tokens: Int32Array<ArrayBuffer>;
	/** Pieces of the text that the vocabulary lacks and that were left out, in order. */
	unknown: readonly string[];
}

/** How texts of a task are written in tokens, and what is known of them: what a page needs. */
export interface Language {
	id: string;
	title: string;
	/** One sentence for a learner. */
	about: string;
	/** Text of each token, by id. Joined without anything between, they give the text back. */
	vocabulary: readonly string[];
	domains: readonly string[];
	/** Inputs worth trying first. */
	examples: readonly { title: string; text: string }[];
	encode(text: string): Encoded;
	decode(tokens: ArrayLike<number>): string;
	/**
	 * The exact law of the next token after `prefix` (which starts a sequence): a probability per
	 * token, or null where the task has no known law or the prefix cannot occur.
	 */
	law(prefix: ArrayLike<number>): Float64Array | null;
}

/** Something to learn: a source of token sequences, drawn from a seed, and their language. */
export interface Task extends Language {
	/** A sequence of exactly `length` tokens. */
	sample(random: Random, length: number): Sequence;
	/**
	 * Least mean loss any model can reach on sequences of this length, in nats per predicted token
	 * (positions 1 … length−1), or null where it is unknown.
	 */
	floor(length: number): number | null;
}
