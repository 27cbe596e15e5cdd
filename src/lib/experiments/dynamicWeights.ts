import type { SoftWeight } from '$lib/math/distill';
import { distillTrial } from '$lib/protocol/distill';
import type { Experiment } from './experiment';
import { DISTILL_CHOICES, DIVERGENCE, distillPlan } from './softTargets';

const constants = {
	hard: { kind: 'constant', weight: 0 },
	half: { kind: 'constant', weight: 0.5 },
	soft: { kind: 'constant', weight: 1 }
} as const satisfies Record<string, SoftWeight>;

const changing = {
	rise: { kind: 'line', from: 0, to: 1 },
	fall: { kind: 'line', from: 1, to: 0 },
	confidence: { kind: 'confidence' },
	gap: { kind: 'gap' }
} as const satisfies Record<string, SoftWeight>;

const CONSTANTS = Object.keys(constants) as (keyof typeof constants)[];
const CHANGING = Object.keys(changing) as (keyof typeof changing)[];

/** Shipped as an open question: it looks for a rule that wins, and says so if none does. */
export const dynamicWeights: Experiment<
	'teacher' | keyof typeof constants | keyof typeof changing,
	'divergence'
> = {
	id: 'dynamicWeights',
	claim:
		'When the teacher is flawed, there is one rule that changes the soft weight through training and beats every constant weight, with every seed.',
	source: 'our own conjecture',
	threshold:
		'One and the same rule must end nearer to the law than all three constant weights with each of five seeds. With a single seed some rule nearly always looks best, so a single seed decides nothing.',
	remarks: [
		'An open question, not a result: Meta says that its loss weights soft and hard targets dynamically, and published neither the rule nor a comparison. The rules here are our examples.',
		'A third of the labels that the teacher learns from (35 %) are random.'
	],
	task: 'law',
	settings: {},
	arms: {
		teacher: { label: 'the teacher' },
		hard: { label: 'next tokens only' },
		half: { label: 'half and half' },
		soft: { label: 'teacher only' },
		rise: { label: 'rising' },
		fall: { label: 'falling' },
		confidence: { label: 'by teacher confidence' },
		gap: { label: 'by teacher–student gap' }
	},
	steps: 600,
	every: 30,
	seeds: [11, 12, 13, 14, 15],
	probes: [],
	trial: (seed) => {
		const choices = { ...DISTILL_CHOICES, seed, steps: 600, batch: 4, noise: 0.35 };
		return distillTrial({ ...distillPlan(choices, { ...constants, ...changing }), watched: [] });
	},
	measures: { divergence: DIVERGENCE },
	holds: (seeds) =>
		CHANGING.some((rule) =>
			seeds.every((measured) =>
				CONSTANTS.every((constant) => measured[rule].divergence < measured[constant].divergence)
			)
		)
};
