import type { Experiment } from '$lib/experiments/experiment';
import { armHue } from '$lib/views/arms';
import type { Probed } from '$lib/protocol/trial';

/** One model of several that learn side by side, as the figure draws it. */
export interface Side {
	/** Its name in the experiment. */
	id: string;
	name: string;
	experts: number;
	/** Training steps done. */
	step: number;
	/** Loss at the answers, in nats; null before the first look. */
	loss: number | null;
	/** Steps of the looks at it. */
	looks: readonly number[];
	/** For each look the share of tokens that each expert got. */
	loads: readonly (readonly number[])[];
	/** For each look the expert of each token of the followed text. */
	choices: readonly (readonly number[])[];
}

/** What probes found of each arm, live or recorded. Arms without experts are left out. */
export function sidesOf(
	experiment: Experiment,
	arms: readonly { name: string; probed: readonly Probed[] }[]
): Side[] {
	return arms.flatMap(({ name, probed }) => {
		const { settings = {}, label = name } = experiment.arms[name] ?? {};
		if (settings.moeEvery !== undefined) return [];
		const loads = probed.map(({ numbers }) => listed(numbers, 'load'));
		return [
			{
				...{ id: name, name: label, experts: loads[0]?.length ?? 0, loads },
				step: probed.at(-1)?.step ?? 0,
				loss: probed.at(-1)?.numbers.loss ?? null,
				looks: probed.map(({ step }) => step),
				choices: probed.map(({ numbers }) => listed(numbers, 'choice'))
			}
		];
	});
}

/** The loss at the answers of each arm, look by look, as curves. */
export function lossesOf(
	experiment: Experiment,
	arms: readonly { name: string; probed: readonly Probed[] }[]
): { name: string; steps: readonly number[]; values: readonly number[]; hue: string }[] {
	return arms.map(({ name, probed }, arm) => ({
		name: experiment.arms[name]?.label ?? name,
		steps: probed.map(({ step }) => step),
		values: probed.map(({ numbers }) => numbers.loss ?? NaN),
		hue: armHue(arm)
	}));
}

/** The numbers `name0`, `name1`, … in their order. */
function listed(numbers: Readonly<Record<string, number>>, name: string): number[] {
	const found: number[] = [];
	for (let i = 0; numbers[`${name}${i}`] !== undefined; i++)
		found.push(numbers[`${name}${i}`] ?? 0);
	return found;
}
