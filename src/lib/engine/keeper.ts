import type { Checkpoint, StoredRun } from '$lib/protocol/checkpoint';
import { checkpointOf, type Run } from './run';
import { placeOf, type Entry, type Storage } from './storage';

/** What the keeper reports. */
export interface KeeperNews {
	/** The run is stored under this id up to this step. */
	kept: (id: string, step: number) => void;
	/** What the visitor should know, once. */
	note: (note: string) => void;
}

const NO_STORAGE =
	'This browser keeps nothing for this page, so a reload starts anew; everything else works.';
const STORAGE_FULL =
	'The browser has no room to store your run, so a reload may go back to an earlier step.';

/**
 * Stores the run of this tab, again and again, without holding up the training. A run that is left
 * for another model after it has learned stays stored: nothing the visitor made is overwritten.
 */
export class Keeper {
	readonly #news: KeeperNews;
	#storage: Storage | null = null;
	#tab = '';
	/** The run at hand is stored as this one of the tab's runs. */
	#page = 1;
	#newestPage = 1;
	#writing: Promise<void> | null = null;
	#complained = false;

	constructor(news: KeeperNews) {
		this.#news = news;
	}

	/**
	 * @param tab under whose name the runs are kept
	 * @returns a note where the browser has no storage, else empty
	 */
	async open(openStorage: () => Promise<Storage>, tab: string): Promise<string> {
		this.#tab = tab;
		try {
			this.#storage = await openStorage();
			return '';
		} catch {
			this.#complained = true;
			return NO_STORAGE;
		}
	}

	/** What can be resumed: this tab's runs, then those of tabs that are closed, newest first. */
	async offer(
		asked: string,
		isHeld: (tab: string) => Promise<boolean>
	): Promise<readonly StoredRun[]> {
		const entries = await this.#list();
		const own = entries.filter(({ tab }) => tab === asked);
		this.#newestPage = 1 + Math.max(0, ...entries.map(({ page }) => page));
		this.#page = this.#newestPage;
		const others: Entry[] = [];
		for (const entry of entries) {
			if (entry.tab !== asked && !(await isHeld(entry.tab))) others.push(entry);
		}
		return [...own, ...others].map(({ id, tab, savedAt, header }) => {
			return { id, tab, savedAt, own: tab === asked, header };
		});
	}

	/**
	 * Another run takes the place of the one at hand.
	 *
	 * @param old whether what is stored of the old one is to stay
	 * @param id of the stored run that is resumed, or null: one of this tab is gone on with in place
	 */
	turn(old: boolean, id: string | null): void {
		const resumed = id === null ? null : placeOf(id);
		if (resumed?.tab === this.#tab) this.#page = resumed.page;
		else if (old) this.#page = ++this.#newestPage;
	}

	/** A stored run, or null if there is none to read. */
	async read(id: string): Promise<Checkpoint | null> {
		await this.#writing;
		try {
			return (await this.#storage?.read(id)) ?? null;
		} catch {
			return null;
		}
	}

	/** Copies the run and starts to write it; skipped while an earlier write is under way. */
	async keepSometime(run: Run): Promise<void> {
		if (this.#writing === null) await this.keep(run);
	}

	/** Copies the run and starts to write it, after an earlier write if there is one. */
	async keep(run: Run): Promise<void> {
		const storage = this.#storage;
		if (!storage) return;
		const checkpoint = await checkpointOf(run);
		await this.#writing;
		this.#writing = this.#write(storage, checkpoint);
	}

	async #write(storage: Storage, checkpoint: Checkpoint): Promise<void> {
		const place = { tab: this.#tab, page: this.#page };
		try {
			const id = await storage.write(place, checkpoint);
			this.#news.kept(id, checkpoint.header.step);
		} catch {
			if (!this.#complained) this.#news.note(STORAGE_FULL);
			this.#complained = true;
		} finally {
			this.#writing = null;
		}
	}

	async #list(): Promise<Entry[]> {
		try {
			return (await this.#storage?.list()) ?? [];
		} catch {
			return [];
		}
	}
}
