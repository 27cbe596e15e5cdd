import type { Mask } from '$lib/math/attention';
import type { Trace } from '$lib/protocol/trace';
import { expectedOf, nextOf } from '$lib/views/pass';
import type { LessonEngine } from '../engine.svelte';
import type { Scene } from './scene.svelte';

/** What the toy answered under a drawn mask. */
interface Answer {
	losses: readonly number[];
	next: Float64Array;
	/** Pairs that the mask hid, and the layers that took it. */
	hidden: number;
	on: string;
}

/** Runs the toy with the learner's mask, and keeps its answer beside the recorded one. */
export class DrawnRun {
	answer: Answer | null = $state.raw(null);
	isWaiting: boolean = $state(false);
	readonly before: readonly number[];
	readonly #scene: Scene;
	readonly #engine: LessonEngine;

	constructor(scene: Scene, engine: LessonEngine) {
		this.#scene = scene;
		this.#engine = engine;
		this.before = scene.data.pass.losses.map((loss) => loss ?? NaN);
	}

	get losses(): readonly number[] {
		return this.answer?.losses ?? this.before;
	}

	/** Probability of each token after the last. */
	get next(): Float64Array {
		return this.answer?.next ?? Float64Array.from(this.#scene.data.pass.next);
	}

	get origin(): string {
		if (this.isWaiting) return 'The toy runs with your mask.';
		if (this.answer)
			return `Live: the toy with your mask in layer ${[...this.answer.on].join(', ')}.`;
		return 'Recorded: the toy with its own masks, chunk 8, seed 1. Your mask counts once you submit it.';
	}

	/** Pairs that a causal mask hides. */
	hiddenPairs({ queries, allowed }: Mask): number {
		const open = allowed.reduce((sum, one) => sum + one, 0);
		return (queries * (queries + 1)) / 2 - open;
	}

	/** Runs the toy with the mask as it is drawn now. */
	async submit(): Promise<void> {
		const { lab } = this.#engine;
		if (!lab || this.isWaiting) return;
		const { drawn, data, lesson } = this.#scene;
		const { on } = lesson.values;
		this.isWaiting = true;
		const interventions = [...on].map(
			(layer) => ({ kind: 'mask', layer: Number(layer) - 1, mask: drawn.allowed }) as const
		);
		const isDone = await lab.forward(data.pass.tokens, { points: ['logits'], interventions });
		this.isWaiting = false;
		if (isDone && lab.trace) this.#take(lab.trace, this.hiddenPairs(drawn), on);
	}

	#take(trace: Trace, hidden: number, on: string): void {
		const losses = expectedOf(trace).map((share) => -Math.log(share));
		const next = nextOf(trace, trace.tokens.length - 1) ?? new Float64Array();
		this.answer = { losses, next, hidden, on };
	}

	/** The outcome in a sentence: does the toy still know the name? */
	verdict(percent: (share: number) => string): string {
		if (!this.answer) return '';
		const { vocabulary } = this.#scene.data;
		const name = vocabulary.indexOf(' Ada');
		const share = this.answer.next[name] ?? 0;
		const best = this.answer.next.indexOf(Math.max(...this.answer.next));
		const said =
			best === name
				? 'still says “Ada”'
				: `no longer says “Ada” but “${(vocabulary[best] ?? '').trim()}”`;
		return `With ${this.answer.hidden} pairs hidden the toy ${said}: “Ada” has ${percent(share)}.`;
	}
}
