import type { Recorded } from '$lib/experiments/recorded';
import type { ModelConfig } from '$lib/protocol/config';
import type { LessonWords } from '../words';
import type { Numbers } from './numbers';

/** What the lesson is built with: enough to draw every figure before any script has run. */
export interface LessonData {
	words: LessonWords;
	/** What the words count, for the predictions. */
	numbers: Numbers;
	/** Texts of the tokens, by step. */
	rows: Readonly<Record<string, readonly string[]>>;
	/** Mean loss of the toy by position for two stacks; entry t is for token t + 1. */
	stacks: { cccg: readonly number[]; cccc: readonly number[] };
	/** One recorded pass of the trained toy over sixteen tokens. */
	pass: {
		tokens: readonly number[];
		/** Loss of each token, NaN (null in the file) for the first. */
		losses: readonly (number | null)[];
		/** What each layer's queries give each key, row by row: the mean of its heads. */
		weights: readonly (readonly number[])[];
		/** Probability of each token after the last. */
		next: readonly number[];
	};
	/** The recorded runs of the needle experiment. */
	proof: Recorded;
	vocabulary: readonly string[];
	config: ModelConfig;
}
