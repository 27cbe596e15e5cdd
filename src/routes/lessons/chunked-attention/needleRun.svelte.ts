import { chunkWalls } from '$lib/experiments/chunkWalls';
import { measuredOf, trialOf } from '$lib/experiments/experiment';
import { stepsDone, type TrialOutcome } from '$lib/protocol/trial';
import type { LessonEngine } from '../engine.svelte';

/** The two sides that the page runs; the experiment has three more. */
const SIDES = ['chunked', 'scout'] as const;
type Side = (typeof SIDES)[number];

/** What one run has told. */
interface Found {
	seed: number;
	/** Right answers in percent. */
	chunked: number;
	scout: number;
	holds: boolean;
}

/** Trains the two sides of the needle experiment in the page, and keeps what each run told. */
export class NeedleRun {
	outcome: TrialOutcome | null = $state.raw(null);
	found: readonly Found[] = $state.raw([]);
	/** Why the latest run ended early, in a sentence, or empty. */
	note: string = $state('');
	isRunning: boolean = $state(false);
	readonly steps: number = chunkWalls.steps;
	readonly #engine: LessonEngine;

	constructor(engine: LessonEngine) {
		this.#engine = engine;
	}

	get done(): number {
		return this.outcome ? stepsDone(this.outcome) : 0;
	}

	/** The next seed: those of the experiment first, then any other. */
	get seed(): number {
		return chunkWalls.seeds[this.found.length] ?? 100 + this.found.length;
	}

	/** Loss curves of the run so far. */
	curveOf(side: Side): { steps: readonly number[]; values: readonly number[] } {
		const history = this.outcome?.arms.find(({ name }) => name === side)?.history;
		return { steps: history?.steps ?? [], values: history?.losses ?? [] };
	}

	/** Trains both sides from the next seed. */
	async run(): Promise<void> {
		const { lab } = this.#engine;
		if (!lab || this.isRunning) return;
		const { seed } = this;
		const whole = trialOf(chunkWalls, seed);
		if (whole.kind !== 'learn') return;
		const arms = whole.arms.filter(({ name }) => SIDES.some((side) => side === name));
		this.isRunning = true;
		this.note = '';
		const proof = await lab.prove({ ...whole, arms }, (now) => (this.outcome = now));
		this.isRunning = false;
		this.note =
			proof.why === 'asked'
				? `Stopped after ${stepsDone(proof.outcome)} of ${this.steps} steps: nothing is measured before the end.`
				: proof.note;
		if (proof.why === 'done') this.#take(seed, proof.outcome);
	}

	stop(): void {
		this.#engine.lab?.stopProving();
	}

	#take(seed: number, outcome: TrialOutcome): void {
		const measured = measuredOf(chunkWalls, outcome);
		const { chunked, scout } = measured;
		const holds = chunkWalls.holds([measured]);
		this.found = [...this.found, { seed, chunked: chunked.accuracy, scout: scout.accuracy, holds }];
	}
}
