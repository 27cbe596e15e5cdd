/** Where the record is kept; another name would lose what visitors have. */
const KEY = 'llamascope-predictions';

/** A number, the id of a choice, or the heights of a curve. */
export type Guess = number | string | readonly number[];

/** What a learner said before a run, and what the run said. */
export interface Prediction {
	lesson: string;
	/** One of the lesson's predictions. */
	name: string;
	question: string;
	guess: Guess;
	/** The guess in words. */
	said: string;
	/** Null until the run; `why`: what explains it, in words, as told when it was found. */
	result: { measured: Guess; found: string; isRight: boolean; why?: string } | null;
	/** Whether its run has begun: it cannot be taken back any more. */
	isHeld?: boolean;
}

/** What the record needs of the browser's storage. */
type Keeper = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

/**
 * The predictions that a learner has made, in all lessons, newest last. They are kept in the browser and
 * nowhere else; without storage they last as long as the page.
 */
export class Predictions {
	made: readonly Prediction[] = $state.raw([]);
	/** Whether the browser keeps them. */
	isKept: boolean = $state(true);
	/** Names of those whose answer was seen first, in this page. */
	#waived: readonly string[] = $state.raw([]);
	readonly #lesson: string;
	#keeper: Keeper | null = null;

	/** @param lesson the lesson that all but `clear` is about */
	constructor(lesson: string) {
		this.#lesson = lesson;
	}

	/** Reads what is kept, and follows other tabs; the answer ends that. Only a page can call it. */
	open(): () => void {
		const follow = (event: StorageEvent) => {
			if (event.key === KEY || event.key === null) this.#read();
		};
		this.keepIn(ownStorage());
		addEventListener('storage', follow);
		return () => removeEventListener('storage', follow);
	}

	/** Reads what a storage has, and keeps everything there from now on. */
	keepIn(keeper: Keeper | null): void {
		this.#keeper = keeper;
		this.isKept = keeper !== null;
		this.#read();
	}

	/** The prediction of that name in this lesson, or null before there is one. */
	of(name: string): Prediction | null {
		return this.made.find((one) => one.lesson === this.#lesson && one.name === name) ?? null;
	}

	/**
	 * Goes without a prediction: the answer is seen, or about to be. What is said afterwards is no
	 * prediction, and is not taken. One that was made before stays.
	 */
	waive(name: string): void {
		if (!this.of(name) && !this.isWaived(name)) this.#waived = [...this.#waived, name];
	}

	/** Whether the answer was seen without a prediction. */
	isWaived(name: string): boolean {
		return this.#waived.includes(name);
	}

	/**
	 * The run begins, and shows more and more of its answer, whether it comes to its end or not: from now on
	 * the prediction stands, or the lack of one.
	 */
	hold(name: string): void {
		const made = this.of(name);
		if (made) this.#replace(name, { ...made, isHeld: true });
		else this.waive(name);
	}

	/** Whether the learner has predicted, or goes without. */
	isSettled(name: string): boolean {
		return this.of(name) !== null || this.isWaived(name);
	}

	/** Takes a prediction; an earlier one of the same name goes. After its answer, or a part of it, none is taken. */
	commit(prediction: Omit<Prediction, 'lesson' | 'result' | 'isHeld'>): void {
		if (this.isWaived(prediction.name) || this.of(prediction.name)?.isHeld) return;
		this.#replace(prediction.name, { ...prediction, lesson: this.#lesson, result: null });
	}

	/**
	 * Holds a prediction against what was measured. It is judged once, by the first answer after it;
	 * without a prediction nothing happens.
	 */
	judge(name: string, result: NonNullable<Prediction['result']>): void {
		const made = this.of(name);
		if (made && !made.result) this.#replace(name, { ...made, result });
	}

	/** Takes one prediction back, or the lack of one, to predict again. */
	forget(name: string): void {
		this.#waived = this.#waived.filter((one) => one !== name);
		this.#replace(name, null);
	}

	/** Takes the whole record back. */
	clear(): void {
		this.made = [];
		try {
			this.#keeper?.removeItem(KEY);
		} catch {
			this.isKept = false;
		}
	}

	#replace(name: string, next: Prediction | null): void {
		// Another tab may have written since.
		this.#read();
		const rest = this.made.filter((one) => one.lesson !== this.#lesson || one.name !== name);
		this.made = next ? [...rest, next] : rest;
		try {
			this.#keeper?.setItem(KEY, JSON.stringify(this.made));
		} catch {
			this.isKept = false;
		}
	}

	#read(): void {
		if (!this.isKept) return;
		try {
			this.made = readRecord(this.#keeper?.getItem(KEY) ?? null);
		} catch {
			this.isKept = false;
		}
	}
}

function ownStorage(): Keeper | null {
	try {
		return localStorage;
	} catch {
		return null;
	}
}

/** Reads a kept record; what is broken in it is left out. */
export function readRecord(text: string | null): Prediction[] {
	if (text === null) return [];
	try {
		const kept: unknown = JSON.parse(text);
		return Array.isArray(kept) ? kept.filter(isPrediction) : [];
	} catch {
		return [];
	}
}

function isPrediction(value: unknown): value is Prediction {
	if (typeof value !== 'object' || value === null) return false;
	const { lesson, name, question, said, guess, result, ...rest } = value as Record<string, unknown>;
	const areWords = [lesson, name, question, said].every((word) => typeof word === 'string');
	const isFlag = ['undefined', 'boolean'].includes(typeof rest.isHeld);
	return areWords && isFlag && isGuess(guess) && (result === null || isResult(result));
}

function isResult(value: unknown): boolean {
	if (typeof value !== 'object' || value === null) return false;
	const { measured, found, isRight, why = '' } = value as Record<string, unknown>;
	const areWords = typeof found === 'string' && typeof why === 'string';
	return isGuess(measured) && areWords && typeof isRight === 'boolean';
}

function isGuess(value: unknown): value is Guess {
	if (Array.isArray(value)) return value.every(Number.isFinite);
	return typeof value === 'string' || Number.isFinite(value);
}
