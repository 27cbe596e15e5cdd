/** The runs that a learner starts in this lesson, as data. */
import { DISTILL_CHOICES, distillPlan, type DistillChoices } from '$lib/experiments/softTargets';
import type { SoftWeight } from '$lib/math/distill';
import { distillTrial } from '$lib/protocol/distill';
import type { DistillTrial } from '$lib/protocol/trial';

/** The flawed teacher of `dynamicWeights`, with its first seed. */
export const FLAWED = { seed: 11, steps: 600, noise: 0.35, batch: 4 } as const;

/** Steps of teacher and student where passes are counted. */
export const COUNTED_STEPS = 120;

const constant = (weight: number) => ({ kind: 'constant', weight }) as const;

/** About thirty frames in a run, whatever its length. */
const everyOf = (steps: number) => Math.max(2, Math.round(steps / 30));

/** Next tokens only, a fixed half, and a rule of the learner's, under one teacher. */
export function weightTrial(choices: Partial<DistillChoices>, rule: SoftWeight): DistillTrial {
	const steps = choices.steps ?? FLAWED.steps;
	const weights = { hard: constant(0), half: constant(0.5), drawn: rule };
	const all = { ...DISTILL_CHOICES, ...FLAWED, every: everyOf(steps), ...choices };
	return distillTrial(distillPlan(all, weights));
}

/**
 * One student beside its teacher, to count the teacher's passes.
 *
 * @param ahead head start of the teacher as a share of its steps
 * @param ownEvery every n-th step is on text that only the student reads; 0: none
 */
export function passTrial(seed: number, ahead: number, ownEvery: number): DistillTrial {
	const steps = COUNTED_STEPS;
	const headStart = Math.round(ahead * steps);
	const choices = { ...DISTILL_CHOICES, seed, steps, headStart, ownEvery, every: 10 };
	return distillTrial(distillPlan(choices, { soft: constant(1) }));
}
