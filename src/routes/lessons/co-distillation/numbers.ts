/** The numbers that the lesson's words state, taken from what was recorded. */
import type { Experiment } from '$lib/experiments/experiment';
import { measuredOf } from '$lib/experiments/experiment';
import type { Recorded } from '$lib/experiments/recorded';
import type { Ends } from './data';

export interface LessonNumbers {
	/** Mean distance from the law, in nats, of the students of `softTargets`. */
	hard: number;
	half: number;
	soft: number;
	seeds: number;
	steps: number;
	/** How often the best rule of `dynamicWeights` beat every constant weight, and its name. */
	wins: number;
	best: Rule;
	/** Whether the claims held. */
	isSoftNearer: boolean;
	hasWinner: boolean;
}

/** Where every arm ended, one number per seed. */
export function endsOf(experiment: Experiment, recorded: Recorded): Ends {
	const measured = recorded.seeds.map((seed) => measuredOf(experiment, seed));
	return Object.fromEntries(
		Object.keys(experiment.arms).map((arm) => [
			arm,
			measured.map((one) => one[arm]?.divergence ?? NaN)
		])
	);
}

/** Arms of `dynamicWeights` with a constant weight. */
export const CONSTANTS = ['hard', 'half', 'soft'];
/** The rules that change the weight, in the order of the figure. */
export const RULE_NAMES = {
	rise: 'rising',
	fall: 'falling',
	confidence: 'by teacher confidence',
	gap: 'by teacher–student gap'
} as const;
type Rule = keyof typeof RULE_NAMES;
const CHANGING = Object.keys(RULE_NAMES) as Rule[];
/** The answer where no rule wins. */
export const NO_RULE = 'none';

/** With how many seeds a rule ended nearer to the law than every constant weight. */
export function winsOf(ends: Ends, rule: string): number {
	return (ends[rule] ?? []).filter((end, seed) =>
		CONSTANTS.every((constant) => end < (ends[constant]?.[seed] ?? NaN))
	).length;
}

export function numbersOf(
	softEnds: Ends,
	dynamicEnds: Ends,
	verdicts: Pick<LessonNumbers, 'isSoftNearer' | 'hasWinner' | 'steps'>
): LessonNumbers {
	const mean = (values: readonly number[] = []) =>
		values.reduce((sum, value) => sum + value, 0) / values.length;
	const best = CHANGING.toSorted((a, b) => winsOf(dynamicEnds, b) - winsOf(dynamicEnds, a))[0]!;
	return {
		...{ hard: mean(softEnds.hard), half: mean(softEnds.half), soft: mean(softEnds.soft) },
		...{ seeds: softEnds.hard?.length ?? 0, best, wins: winsOf(dynamicEnds, best) },
		...verdicts
	};
}
