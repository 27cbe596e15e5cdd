import type { Experiment } from '$lib/experiments/experiment';
import { measuredOf, trialOf } from '$lib/experiments/experiment';
import type { Lab } from '$lib/lab/lab.svelte';
import { stepsDone, type TrialOutcome } from '$lib/protocol/trial';

/** An experiment of the lesson as it is run in the page, with some of its arms. */
export class Run {
	readonly experiment: Experiment;
	/** What is known of the latest run, or null before any. */
	outcome: TrialOutcome | null = $state.raw(null);
	isRunning: boolean = $state(false);
	/** One sentence where a run did not come to its end, else empty. */
	note: string = $state('');
	/** What the run measured, once it has come to its end. */
	measured: Readonly<Record<string, Readonly<Record<string, number>>>> | null = $state.raw(null);
	readonly #arms: readonly string[];

	constructor(experiment: Experiment, arms: readonly string[]) {
		this.experiment = experiment;
		this.#arms = arms;
	}

	/** How far it has come, 0 to 1. */
	get progress(): number {
		return this.outcome ? stepsDone(this.outcome) / this.experiment.steps : 0;
	}

	async start(lab: Lab): Promise<void> {
		const seed = this.experiment.seeds[0] ?? 1;
		const whole = trialOf(this.experiment, seed);
		if (whole.kind !== 'learn') return;
		const trial = { ...whole, arms: whole.arms.filter(({ name }) => this.#arms.includes(name)) };
		this.isRunning = true;
		this.note = '';
		this.measured = null;
		this.outcome = null;
		const proof = await lab.prove(trial, (now) => (this.outcome = now));
		this.isRunning = false;
		this.outcome = proof.outcome;
		if (proof.why === 'done') this.measured = measuredOf(this.experiment, proof.outcome);
		else if (proof.why === 'asked')
			this.note = `Stopped: ${this.done}. A run that is stopped half-way decides nothing.`;
		else this.note = proof.note;
	}

	/** How far it has come, in words. */
	get done(): string {
		const steps = this.outcome ? stepsDone(this.outcome) : 0;
		return `${steps} of ${this.experiment.steps} steps`;
	}
}
