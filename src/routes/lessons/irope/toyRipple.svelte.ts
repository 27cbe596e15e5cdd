import type { Lab } from '$lib/lab/lab.svelte';
import type { Trace } from '$lib/protocol/trace';
import { LessonEngine } from '../engine.svelte';
import { RIPPLE_POINTS, rippleOf, swapped } from './toyRows';

/** The ripple of two tokens that change places, in the trained toy itself, computed in this page. */
export class ToyRipple {
	readonly engine: LessonEngine;
	/** The latest ripple with the place of its swap, or null before there is one. */
	found: { swap: number; rows: number[][] } | null = $state.raw(null);
	readonly #tokens: readonly number[];
	#before: Trace | null = null;
	#wanted: number | null = null;
	#isBusy = false;

	constructor(toy: string, tokens: readonly number[]) {
		this.#tokens = tokens;
		this.engine = new LessonEngine({
			open: (lab) => lab.openToy(toy),
			onready: () => this.#go()
		});
	}

	/** Asks for the ripple of a token and the next one, now or as soon as the toy is open. */
	ask(swap: number): void {
		this.#wanted = swap;
		this.#go();
	}

	#go(): void {
		const { lab, isOpen } = this.engine;
		if (!lab || !isOpen || this.#isBusy || this.#wanted === null) return;
		if (this.found?.swap === this.#wanted) return;
		this.#isBusy = true;
		void this.#compute(lab, this.#wanted).then((isDone) => {
			this.#isBusy = false;
			if (isDone) this.#go();
		});
	}

	async #compute(lab: Lab, swap: number): Promise<boolean> {
		const tokens = this.#tokens;
		this.#before ??= await passOf(lab, tokens);
		const after = await passOf(lab, swapped(tokens, swap));
		if (!this.#before || !after) return false;
		this.found = { swap, rows: rippleOf(this.#before, after, swap) };
		return true;
	}
}

async function passOf(lab: Lab, tokens: readonly number[]): Promise<Trace | null> {
	if (!(await lab.forward(tokens, { points: RIPPLE_POINTS }))) return null;
	return lab.trace;
}
