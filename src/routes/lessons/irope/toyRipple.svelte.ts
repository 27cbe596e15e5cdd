import { changeOf } from '$lib/math/ripple';
import type { Lab } from '$lib/lab/lab.svelte';
import { recordingOf, type Trace } from '$lib/protocol/trace';
import { LessonEngine } from '../engine.svelte';

/** Float32 sums of the same numbers in another order differ by less than this. */
const ROUNDING = 1e-5;

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
		const [a = 0, b = 0] = [tokens[swap], tokens[swap + 1]];
		const after = await passOf(lab, tokens.with(swap, b).with(swap + 1, a));
		if (!this.#before || !after) return false;
		this.found = { swap, rows: rowsOf(this.#before, after, swap) };
		return true;
	}
}

async function passOf(lab: Lab, tokens: readonly number[]): Promise<Trace | null> {
	if (!(await lab.forward(tokens, { points: ['embeddings', 'residual.out'] }))) return null;
	return lab.trace;
}

/** How much each token's vector changed at each height, by its place before. */
function rowsOf(before: Trace, after: Trace, swap: number): number[][] {
	const heights = before.recordings.map(({ point, layer }) => ({ point, layer }));
	const placeAfter = (token: number) =>
		token === swap ? swap + 1 : token === swap + 1 ? swap : token;
	return heights.map(({ point, layer }) => {
		const [was, is] = [before, after].map((trace) => recordingOf(trace, point, layer));
		const width = was?.shape.at(-1) ?? 0;
		const vector = (data: Float32Array | undefined, place: number) =>
			data?.subarray(place * width, (place + 1) * width) ?? [];
		return Array.from(before.tokens, (_, token) =>
			changeOf(vector(was?.data, token), vector(is?.data, placeAfter(token)), ROUNDING)
		);
	});
}
