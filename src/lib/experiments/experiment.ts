import type { LayerConfig, ModelConfig, TrainConfig } from '$lib/protocol/config';
import { INITIAL_SETTINGS, modelConfig, trainConfig, type Settings } from '$lib/protocol/settings';
import type { ArmOutcome, Numbers, Probe, Trial } from '$lib/protocol/trial';
import { taskOf } from '$lib/tasks';

/** One side of an experiment: what differs from its common settings. */
export interface Arm {
	/** For people, in a few words. */
	label: string;
	settings?: Partial<Settings>;
	/** Layers that no settings describe. */
	layers?: readonly LayerConfig[];
}

/** A number that an experiment compares. */
export interface Measure {
	/** For people, in a few words. */
	label: string;
	/** `nats`, `%`, `×`, or empty. */
	unit: string;
	/** Digits behind the point when it is shown. */
	digits: number;
	/** Takes it from what the probes gave at the end. */
	of: (numbers: Numbers) => number;
}

/** The numbers of one seed, by arm and measure. */
export type Measured<A extends string = string, M extends string = string> = Readonly<
	Record<A, Readonly<Record<M, number>>>
>;

/**
 * A claim and the run that would refute it. Plain data and pure functions, so that the same experiment
 * runs on a page, in a test and from the command line.
 */
export interface Experiment<A extends string = string, M extends string = string> {
	id: string;
	/** One sentence that could turn out false. */
	claim: string;
	/** Where the claim comes from. */
	source: { title: string; url: string } | 'our own conjecture';
	/** Why the threshold is where it is; written before the first run. */
	threshold: string;
	/** What the numbers do not say, as far as we know. */
	remarks: readonly string[];
	/** Id of a task. */
	task: string;
	/** What all arms share, where it is not the default. */
	settings: Partial<Settings>;
	/** Positions whose tokens are trained on; all where absent. */
	scored?: readonly number[];
	arms: Readonly<Record<A, Arm>>;
	steps: number;
	/** Steps between two probings, 0 for none before the end. */
	every: number;
	seeds: readonly number[];
	probes: readonly Probe[];
	/** The run, where it is of another kind than plain learning by the settings above. */
	trial?: (seed: number) => Trial;
	measures: Readonly<Record<M, Measure>>;
	/** Whether the numbers, one set per seed, bear the claim out. Also asked with a single seed. */
	holds: (seeds: readonly Measured<A, M>[]) => boolean;
}

/** Names of an experiment's arms, in their order. */
export function armsOf<A extends string>({ arms }: Experiment<A, string>): A[] {
	return Object.keys(arms) as A[];
}

/** The run of an experiment with one of its seeds, or any other. */
export function trialOf(experiment: Experiment, seed: number): Trial {
	if (experiment.trial) return experiment.trial(seed);
	const { task, steps, every, probes } = experiment;
	const arms = Object.entries(experiment.arms).map(([name, arm]) => ({
		name,
		config: configOf(experiment, arm),
		train: trainOf(experiment, arm)
	}));
	return { kind: 'learn', task, seed, steps, every, arms, probes };
}

function settingsOf({ settings }: Experiment, arm: Arm): Settings {
	return { ...INITIAL_SETTINGS, ...settings, ...arm.settings };
}

function configOf(experiment: Experiment, arm: Arm): ModelConfig {
	const vocabulary = taskOf(experiment.task).vocabulary.length;
	const config = modelConfig(settingsOf(experiment, arm), vocabulary);
	return arm.layers ? { ...config, layers: arm.layers } : config;
}

function trainOf(experiment: Experiment, arm: Arm): TrainConfig {
	const train = trainConfig(settingsOf(experiment, arm));
	return experiment.scored ? { ...train, scored: experiment.scored } : train;
}

/** What an experiment compares, of a whole run; NaN where a run ended before its last probing. */
export function measuredOf<A extends string, M extends string>(
	experiment: Experiment<A, M>,
	outcome: { arms: readonly Pick<ArmOutcome, 'name' | 'probed'>[] }
): Measured<A, M> {
	const measures = Object.entries(experiment.measures) as [M, Measure][];
	const rows = outcome.arms.map(({ name, probed }) => {
		const last = probed.at(-1);
		const numbers = last?.step === experiment.steps ? last.numbers : {};
		return [name, Object.fromEntries(measures.map(([key, { of }]) => [key, of(numbers) ?? NaN]))];
	});
	return Object.fromEntries(rows) as Measured<A, M>;
}
