import type { Probed, TrialOutcome } from '$lib/protocol/trial';

/** What is kept of one arm of a run that was made once and stored. */
export interface RecordedArm {
	name: string;
	/** The training loss in nats, each point the mean over `every` steps up to `steps[i]`. */
	curve: { every: number; steps: readonly number[]; losses: readonly number[] };
	probed: readonly Probed[];
}

/** A run with one seed. */
export interface RecordedSeed {
	seed: number;
	/** How long it took, in Node. */
	seconds: number;
	arms: readonly RecordedArm[];
}

/** The runs of an experiment with all its seeds, as `npm run experiments` stores them. */
export interface Recorded {
	id: string;
	backend: string;
	/** Training steps of each arm. */
	steps: number;
	/** Whether the claim held. */
	holds: boolean;
	seeds: readonly RecordedSeed[];
}

/** Points of a stored curve at most. */
const POINTS = 64;
/** Digits that a stored number keeps. */
const DIGITS = 5;

const rounded = (value: number) => Number(value.toPrecision(DIGITS));

/** What is kept of a run. */
export function recordOf(outcome: TrialOutcome, seconds: number): RecordedSeed {
	const arms = outcome.arms.map(({ name, history, probed }) => ({
		name,
		curve: thinned(history),
		probed: probed.map(({ step, numbers }) => ({
			step,
			numbers: Object.fromEntries(Object.entries(numbers).map(([key, n]) => [key, rounded(n)]))
		}))
	}));
	return { seed: outcome.seed, seconds: Math.round(seconds), arms };
}

/** A history as a curve of few points, each a mean over as many neighbours as it takes. */
function thinned({ every, steps, losses }: TrialOutcome['arms'][number]['history']) {
	const group = Math.ceil(steps.length / POINTS);
	const points = Array.from({ length: Math.floor(steps.length / (group || 1)) }, (_, i) => {
		const own = losses.slice(i * group, (i + 1) * group);
		return { step: steps[(i + 1) * group - 1]!, loss: own.reduce((a, b) => a + b, 0) / group };
	});
	return {
		every: every * group,
		steps: points.map(({ step }) => step),
		losses: points.map(({ loss }) => rounded(loss))
	};
}
