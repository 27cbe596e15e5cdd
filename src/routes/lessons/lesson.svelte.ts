import { Predictions } from '$lib/lab/predictions.svelte';
import type { Keys, Values } from './keys';
import {
	namedAt,
	openingAt,
	readLessonLink,
	writeLessonLink,
	type LessonLink,
	type LessonShape,
	type Openings
} from './link';
import { momentsOf, type LessonWords, type StepWords } from './words';

/** What a lesson adds to its words. */
interface LessonParts<K> {
	/** Its controls by name, with what each is called: a link may hide or lock them. */
	controls?: Readonly<Record<string, string>>;
	/** Values that its link keeps. */
	keys?: K;
	/** Where the pictures of its steps begin. */
	openings?: Openings<K>;
	/** The control that sets a value, where it has another name. */
	controlOf?: Readonly<Partial<Record<keyof K, string>>>;
}

/** The run that the present step offers. */
export interface Runner {
	readonly isRunning: boolean;
	/** Whether it can be started or stopped now. */
	readonly isReady: boolean;
	/** What the button says. */
	readonly label: string;
	/** Share that is done, from 0 to 1. */
	readonly progress: number;
	/** Starts it, or stops it. */
	toggle(): void;
}

/** Where the learner stands in a lesson, and what the link says besides. Figures are functions of it. */
export class Lesson<K extends Keys = Record<never, never>> {
	readonly words: LessonWords;
	readonly controls: Readonly<Record<string, string>>;
	/** What the learner said before the runs. */
	readonly predictions: Predictions;
	/** From 0. */
	step: number = $state(0);
	/** Sub-step of the figure inside the step, from 0. */
	moment: number = $state(0);
	/** Whether the page is shown to a class: big type, no chrome. */
	presenter: boolean = $state(false);
	/** The lesson's own values, as in the link; controls may write them. */
	values: Values<K>;
	hidden: readonly string[] = $state.raw([]);
	locked: readonly string[] = $state.raw([]);
	/** What was wrong with the link, one sentence each. */
	notes: readonly string[] = $state.raw([]);
	/** The run of the present step, while the lesson is shown to a class. */
	runner: Runner | null = $state.raw(null);
	/** The backend that the link asks for, or null. */
	backend: string | null = $state(null);
	readonly #shape: LessonShape;
	readonly #controlOf: Readonly<Record<string, string | undefined>>;

	constructor(words: LessonWords, parts: LessonParts<K> = {}) {
		const { controls = {}, keys = {}, openings = {}, controlOf = {} } = parts;
		this.words = words;
		this.controls = controls;
		this.predictions = new Predictions(words.id);
		this.#shape = { steps: words.steps, controls: Object.keys(controls), keys, openings };
		this.#controlOf = controlOf;
		const values = $state(openingAt(this.#shape, 0, 0) as Values<K>);
		this.values = values;
	}

	/** The values that the present moment begins with. */
	get opening(): Values<K> {
		return openingAt(this.#shape, this.step, this.moment) as Values<K>;
	}

	/** The words of the present step. */
	get current(): StepWords {
		const step = this.words.steps[this.step] ?? this.words.steps[0];
		if (!step) throw new RangeError(`the lesson ${this.words.id} has no steps`);
		return step;
	}

	/** Sub-steps inside the present step. */
	get moments(): number {
		return momentsOf(this.current);
	}

	get isAtStart(): boolean {
		return this.step === 0 && this.moment === 0;
	}

	get isAtEnd(): boolean {
		return this.step === this.words.steps.length - 1 && this.moment === this.moments - 1;
	}

	/** The next sub-step, or the next step after the last one. */
	next(): void {
		if (this.moment < this.moments - 1) this.go(this.step, this.moment + 1);
		else if (this.step < this.words.steps.length - 1) this.go(this.step + 1);
	}

	/** The sub-step before, or the end of the step before. */
	back(): void {
		if (this.moment > 0) this.go(this.step, this.moment - 1);
		else if (this.step > 0) this.go(this.step - 1, Infinity);
	}

	/** Goes to a step, or to the nearest there is; its picture begins as it was meant. */
	go(step: number, moment = 0): void {
		const [from, before] = [this.step, this.opening];
		this.step = Math.min(this.words.steps.length - 1, Math.max(0, Math.trunc(step) || 0));
		this.moment = Math.min(this.moments - 1, Math.max(0, moment));
		const named = this.step === from ? {} : namedAt(this.#shape, this.step, this.moment);
		this.#open(before, named);
	}

	/**
	 * Moves the values from one opening to the present one: those that nobody has changed, and those that a
	 * new step names. What a link has locked stays.
	 */
	#open(before: Values<K>, named: Readonly<Record<string, unknown>>): void {
		for (const [name, value] of Object.entries(this.opening) as [keyof K & string, never][]) {
			if (this.isLocked(this.#controlOf[name] ?? name)) continue;
			const isUntouched = this.values[name] === before[name];
			if (isUntouched || name in named) this.values[name] = value;
		}
	}

	isHidden(control: string): boolean {
		return this.hidden.includes(control);
	}

	isLocked(control: string): boolean {
		return this.locked.includes(control);
	}

	/** Whether a link has taken a control away or fixed it: nothing else may then do its work. */
	isFixed(control: string): boolean {
		return this.isHidden(control) || this.isLocked(control);
	}

	/** Puts the lesson where a link says. */
	follow(params: URLSearchParams): void {
		const { link, notes } = readLessonLink(params, this.#shape);
		this.go(link.step, link.moment);
		this.presenter = link.isPresented;
		this.hidden = link.hidden;
		this.locked = link.locked;
		this.backend = link.backend;
		Object.assign(this.values, link.values);
		this.notes = notes;
	}

	/** The query of a link to what is on the page now, or to an exercise made of it. */
	queryOf(changes: Partial<LessonLink> = {}): string {
		const { step, moment, presenter, hidden, locked, backend, values } = this;
		const link = { step, moment, isPresented: presenter, hidden, locked, backend, values };
		return writeLessonLink({ ...link, ...changes }, this.#shape).toString();
	}

	/** The query of a link to what is on the page now. */
	readonly query: string = $derived.by(() => this.queryOf());
}
