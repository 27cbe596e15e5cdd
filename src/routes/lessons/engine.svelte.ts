import type { Lab } from '$lib/lab/lab.svelte';
import type { PassOptions } from '$lib/lab/options';

/** What the figures of a lesson need from the engine. */
interface Wish {
	/** Opens the model of the lesson, such as `(lab) => lab.openToy('scout-toy')`; some need none. */
	open?: (lab: Lab) => Promise<boolean>;
	/** Called once when the model is open. */
	onready?: (lab: Lab) => void;
}

/** The engine behind a lesson. It starts once the page has been painted; until then figures are recorded. */
export class LessonEngine {
	/** Null until its code has come. */
	lab: Lab | null = $state.raw(null);
	/** Whether the lesson's model is open. */
	isOpen: boolean = $state(false);
	readonly #wish: Wish;
	#question: { tokens: readonly number[]; options: PassOptions } | null = null;

	constructor(wish: Wish = {}) {
		this.#wish = wish;
	}

	/** Starts the engine soon; the lesson's page calls it. The answer ends it. */
	start(backend: string | null): () => void {
		let isGone = false;
		const begin = async () => {
			const { labOf } = await import('./labOf');
			if (isGone) return;
			const lab = labOf(backend);
			this.lab = lab;
			if (!(await lab.start()) || isGone) return;
			this.isOpen = (await this.#wish.open?.(lab)) ?? lab.standBy();
			if (!this.isOpen) return;
			this.#wish.onready?.(lab);
			if (this.#question) this.ask(this.#question.tokens, this.#question.options);
		};
		const waiting = setTimeout(() => void begin(), 50);
		return () => {
			isGone = true;
			clearTimeout(waiting);
			this.lab?.close();
			this.lab = null;
			this.isOpen = false;
		};
	}

	/** Asks for a pass over tokens, at once or as soon as the model is open; the answer is `lab.trace`. */
	ask(tokens: readonly number[], options: PassOptions = {}): void {
		this.#question = { tokens, options };
		if (this.isOpen && this.lab) void this.lab.forward(tokens, options);
	}
}
