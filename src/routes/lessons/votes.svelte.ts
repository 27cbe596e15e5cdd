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
		try {
			const kept: unknown = JSON.parse(sessionStorage.getItem(this.#key) ?? '[]');
			if (Array.isArray(kept)) this.counts = this.counts.map((_, i) => whole(kept[i]));
		} catch {
			// Without storage the counts last as long as the page.
		}
	}

	/** Sets the votes of an option. */
	set(option: number, count: unknown): void {
		this.counts = this.counts.map((old, i) => (i === option ? whole(count) : old));
		try {
			sessionStorage.setItem(this.#key, JSON.stringify(this.counts));
		} catch {
			// Without storage the counts last as long as the page.
		}
	}

	clear(): void {
		for (const option of this.counts.keys()) this.set(option, 0);
	}
}

/** A count from 0 to 999. */
function whole(value: unknown): number {
	return Math.min(999, Math.max(0, Math.trunc(Number(value)) || 0));
}
