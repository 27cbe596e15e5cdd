import { armsOf, measuredOf, trialOf } from '$lib/experiments/experiment';
import type { Experiment, Measured } from '$lib/experiments/experiment';
import type { Recorded } from '$lib/experiments/recorded';
import type { Lab } from '$lib/lab/lab.svelte';
import type { TrialOutcome } from '$lib/protocol/trial';
import { stepsDone } from '$lib/protocol/trial';
import { armHue, type ArmSeeds } from '$lib/views/arms';

/** A run of an experiment in this page, seed after seed, beside what was recorded. */
export class Proving {
	/** The run under way, or the latest. */
	outcome: TrialOutcome | null = $state.raw(null);
	/** What every finished run of this page measured. */
	live: readonly { seed: number; measured: Measured }[] = $state.raw([]);
	isRunning: boolean = $state(false);
	/** One sentence where a run did not come to its end. */
	note: string = $state('');
	readonly experiment: Experiment;
	readonly recorded: Recorded | null;

	constructor(experiment: Experiment, recorded: Recorded | null) {
		this.experiment = experiment;
		this.recorded = recorded;
	}

	/** The seed of the next run: those of the experiment first, then the numbers after them. */
	get nextSeed(): number {
		const { seeds } = this.experiment;
		return seeds[this.live.length] ?? Math.max(...seeds) + 1 + this.live.length - seeds.length;
	}

	/** What the latest finished run measured; null before one, and while one is under way. */
	get measured(): Measured | null {
		return this.isRunning ? null : (this.live.at(-1)?.measured ?? null);
	}

	/** What the first recorded seed measured; null where nothing is recorded. */
	get first(): Measured | null {
		const run = this.recorded?.seeds[0];
		return run ? measuredOf(this.experiment, run) : null;
	}

	/** Share of the run that is done, from 0 to 1. */
	get progress(): number {
		const { outcome, experiment } = this;
		return outcome ? stepsDone(outcome) / experiment.steps : 0;
	}

	/** Runs the experiment with the next seed. What was found before a stop stays to be seen. */
	async run(lab: Lab): Promise<void> {
		const seed = this.nextSeed;
		this.note = '';
		this.isRunning = true;
		this.outcome = null;
		const trial = trialOf(this.experiment, seed);
		const { outcome, why, note } = await lab.prove(trial, (now) => (this.outcome = now));
		this.outcome = outcome;
		this.isRunning = false;
		if (why === 'done') {
			this.live = [...this.live, { seed, measured: measuredOf(this.experiment, outcome) }];
			return;
		}
		this.note = why === 'asked' ? 'Stopped half-way: nothing is measured, the curves stay.' : note;
	}

	/** The training loss of each arm so far; none before a run. */
	get curves(): {
		name: string;
		steps: readonly number[];
		values: readonly number[];
		hue: string;
	}[] {
		return (this.outcome?.arms ?? []).map(({ name, history: { steps, losses } }, arm) => ({
			name: this.experiment.arms[name]?.label ?? name,
			...{ steps, values: losses, hue: armHue(arm) }
		}));
	}

	/** What each seed gave for a measure, recorded and live. */
	seedsOf(measure: string): ArmSeeds[] {
		const { experiment, recorded, live } = this;
		return armsOf(experiment).map((arm) => {
			const kept = (recorded?.seeds ?? []).map((run) => {
				const value = measuredOf(experiment, run)[arm]?.[measure] ?? NaN;
				return { seed: run.seed, value, isLive: false };
			});
			const here = live.map(({ seed, measured }) => {
				return { seed, value: measured[arm]?.[measure] ?? NaN, isLive: true };
			});
			return { name: experiment.arms[arm]?.label ?? arm, seeds: [...kept, ...here] };
		});
	}
}
