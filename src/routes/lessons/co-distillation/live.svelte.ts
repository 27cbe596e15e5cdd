import { framesOf, type DistillFrame } from '$lib/protocol/distill';
import type { DistillTrial } from '$lib/protocol/trial';
import type { LessonEngine } from '../engine.svelte';

/** A run in this page: what it has found so far. */
export class Live {
	frames: readonly DistillFrame[] = $state.raw([]);
	/** What runs, or ran last. */
	trial: DistillTrial | null = $state.raw(null);
	isRunning: boolean = $state(false);
	/** One sentence on how it ended, or empty. */
	note: string = $state('');
	isDone: boolean = $state(false);

	/** Steps that the students have made. */
	get step(): number {
		return this.frames.at(-1)?.step ?? 0;
	}

	/** Steps of the whole run. */
	get last(): number {
		return this.trial?.steps ?? 1;
	}

	/** Runs to the end, or until it is stopped; what was found until then is kept. */
	async start(engine: LessonEngine, trial: DistillTrial): Promise<void> {
		const { lab } = engine;
		if (!lab) return;
		Object.assign(this, { frames: [], trial, note: '', isRunning: true, isDone: false });
		const { outcome, why, note } = await lab.prove(trial, (now) => {
			const count = Math.min(...now.arms.map(({ probed }) => probed.length));
			if (count > this.frames.length) this.frames = framesOf(now.arms);
		});
		this.frames = framesOf(outcome.arms);
		this.isRunning = false;
		this.isDone = why === 'done';
		this.note =
			why === 'asked'
				? `Stopped at step ${this.step} of ${this.last}: what stands here was found until then, and nothing is decided.`
				: note;
	}
}
