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
	best: string;
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

const CONSTANTS = ['hard', 'half', 'soft'];
/** The rules that change the weight, in the order of the figure. */
const CHANGING = ['rise', 'fall', 'confidence', 'gap'];

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
