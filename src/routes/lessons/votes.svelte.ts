/** Counts that a teacher types for a class. They outlive a reload of the tab, and nothing else. */
export class Votes {
	counts: readonly number[] = $state.raw([]);
	readonly #key: string;

	constructor(lesson: string, name: string, options: number) {
		this.#key = `llamascope-vote.${lesson}.${name}`;
		this.counts = Array.from({ length: options }, () => 0);
	}

	get total(): number {
		return this.counts.reduce((sum, count) => sum + count, 0);
	}

	/** Reads what the tab has kept. */
	open(): void {
		const kept = readKept(this.#key);
		this.counts = this.counts.map((_, i) => whole(kept[i]));
	}

	/** Sets the votes of an option. */
	set(option: number, count: unknown): void {
		this.counts = this.counts.map((old, i) => (i === option ? whole(count) : old));
		keep(this.#key, this.counts);
	}

	clear(): void {
		for (const option of this.counts.keys()) this.set(option, 0);
	}
}

type Curve = readonly (number | null)[];

/** Curves that a teacher draws as the class says, to vote on; null where nothing is drawn. */
export class ClassCurves {
	all: readonly Curve[] = $state.raw([]);
	readonly #key: string;

	constructor(lesson: string, name: string, curves: number, places: number) {
		this.#key = `llamascope-curves.${lesson}.${name}`;
		this.all = Array.from({ length: curves }, () => Array.from({ length: places }, () => null));
	}

	/** Reads what the tab has kept. */
	open(): void {
		const kept = readKept(this.#key);
		this.all = this.all.map((curve, i) => {
			const heights: unknown[] = Array.isArray(kept[i]) ? kept[i] : [];
			return curve.map((_, place) => {
				const height = heights[place];
				return typeof height === 'number' ? height : null;
			});
		});
	}

	set(curve: number, place: number, height: number): void {
		this.#replace(curve, (old, at) => (at === place ? height : old));
	}

	clear(curve: number): void {
		this.#replace(curve, () => null);
	}

	#replace(curve: number, next: (height: number | null, place: number) => number | null): void {
		this.all = this.all.map((heights, i) => (i === curve ? heights.map(next) : heights));
		keep(this.#key, this.all);
	}
}

function readKept(key: string): unknown[] {
	try {
		const kept: unknown = JSON.parse(sessionStorage.getItem(key) ?? '[]');
		return Array.isArray(kept) ? kept : [];
	} catch {
		return [];
	}
}

function keep(key: string, value: unknown): void {
	try {
		sessionStorage.setItem(key, JSON.stringify(value));
	} catch {
		// Without storage it lasts as long as the page.
	}
}

/** A count from 0 to 999. */
function whole(value: unknown): number {
	return Math.min(999, Math.max(0, Math.trunc(Number(value)) || 0));
}
