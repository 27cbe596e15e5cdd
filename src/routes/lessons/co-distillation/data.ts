import type { Recorded } from '$lib/experiments/recorded';
import type { DistillFrame } from '$lib/protocol/distill';
import type { LessonWords } from '../words';
import type { LessonNumbers } from './numbers';

/** Everything that the lesson draws before its engine has come. */
export interface LessonData {
	words: LessonWords;
	numbers: LessonNumbers;
	/** Text of each token of the toy language. */
	texts: readonly string[];
	/** The true law of the token after the watched text. */
	law: readonly number[];
	/** A recorded run: teacher, and students that learn from next tokens, half and half, teacher only. */
	frames: readonly DistillFrame[];
	/** A recorded run under a flawed teacher: next tokens, half and half, a falling weight. */
	flawed: readonly DistillFrame[];
	/** The seed of both. */
	seed: number;
	/** Where the arms of the two experiments ended, one number per seed. */
	ends: { softTargets: Ends; dynamicWeights: Ends };
	/** The two experiments as they were recorded, without what happened on the way. */
	recorded: { softTargets: Recorded; dynamicWeights: Recorded };
}

/** Distance from the law at the end, by arm, in the order of the seeds. */
export type Ends = Readonly<Record<string, readonly number[]>>;
