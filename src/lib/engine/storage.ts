import { openDB, type DBSchema, type IDBPDatabase } from 'idb';
import {
	CHECKPOINT_VERSION,
	type Checkpoint,
	type PlainArray,
	type RunHeader
} from '$lib/protocol/checkpoint';

/** Which run of which tab. */
export interface Place {
	tab: string;
	/** Counts the runs of a tab. */
	page: number;
}

/** A run without its numbers, small enough to list. */
export interface Entry extends Place {
	id: string;
	version: number;
	savedAt: number;
	header: RunHeader;
}

/** Where runs outlive the page. */
export interface Storage {
	/**
	 * Puts a run in place of what is there: wholly, or not at all.
	 *
	 * @returns its id
	 */
	write(place: Place, checkpoint: Checkpoint): Promise<string>;
	/** @returns null if there is no such run, or one of another version */
	read(id: string): Promise<Checkpoint | null>;
	/** All stored runs of this version, newest first. */
	list(): Promise<Entry[]>;
}

interface Schema extends DBSchema {
	runs: { key: string; value: Entry };
	numbers: {
		key: string;
		value: { params: readonly PlainArray[]; optimizer: readonly PlainArray[] };
	};
}

/** The id of a place in storage. */
export function idOf({ tab, page }: Place): string {
	return `${tab}/${page}`;
}

/** The place that an id names. */
export function placeOf(id: string): Place {
	const [tab = '', page] = id.split('/');
	return { tab, page: Number(page) };
}

/** Milliseconds to wait for the storage to open. */
const PATIENCE = 3000;
/** Runs kept; older ones make room. */
const KEPT = 8;

/**
 * Opens the browser's storage.
 *
 * @throws whatever the browser says where it keeps none for this page
 */
export async function openStorage(name = 'llamascope'): Promise<Storage> {
	const opening = openDB<Schema>(name, 1, {
		upgrade(fresh) {
			fresh.createObjectStore('runs', { keyPath: 'id' });
			fresh.createObjectStore('numbers');
		},
		// A newer page in another tab wants to change the stores: it comes first.
		blocking: (_current, _wanted, event) => (event.target as IDBDatabase).close()
	});
	const db = await Promise.race([opening, afterPatience()]);
	return {
		write: (place, checkpoint) => write(db, place, checkpoint),
		read: (id) => read(db, id),
		list: () => list(db)
	};
}

/** Fails once the browser has had its time: some never answer. */
function afterPatience(): Promise<never> {
	return new Promise((_, fail) => {
		setTimeout(() => fail(new Error('the storage does not open')), PATIENCE);
	});
}

/** Header and numbers go in one transaction, so no reader ever finds one without the other. */
async function write(
	db: IDBPDatabase<Schema>,
	place: Place,
	checkpoint: Checkpoint
): Promise<string> {
	const id = idOf(place);
	const { version, savedAt, header, params, optimizer } = checkpoint;
	const transaction = db.transaction(['runs', 'numbers'], 'readwrite');
	const runs = transaction.objectStore('runs');
	const numbers = transaction.objectStore('numbers');
	try {
		const entries = await runs.getAll();
		const others = entries.filter((entry) => entry.id !== id).sort(newestFirst);
		await Promise.all([
			numbers.put({ params, optimizer }, id),
			runs.put({ id, ...place, version, savedAt, header }),
			...others.slice(KEPT - 1).flatMap((old) => [runs.delete(old.id), numbers.delete(old.id)])
		]);
	} catch (error) {
		// One of the two may be in already; a full disk has ended the transaction by itself.
		transaction.done.catch(() => undefined);
		abort(transaction);
		throw error;
	}
	await transaction.done;
	return id;
}

function abort(transaction: { abort: () => void }): void {
	try {
		transaction.abort();
	} catch {
		// It has ended.
	}
}

async function read(db: IDBPDatabase<Schema>, id: string): Promise<Checkpoint | null> {
	const transaction = db.transaction(['runs', 'numbers']);
	const [entry, numbers] = await Promise.all([
		transaction.objectStore('runs').get(id),
		transaction.objectStore('numbers').get(id),
		transaction.done
	]);
	if (!entry || !numbers || entry.version !== CHECKPOINT_VERSION) return null;
	const { version, savedAt, header } = entry;
	return { version, savedAt, header, ...numbers };
}

async function list(db: IDBPDatabase<Schema>): Promise<Entry[]> {
	const entries = await db.getAll('runs');
	return entries.filter(({ version }) => version === CHECKPOINT_VERSION).sort(newestFirst);
}

function newestFirst(a: Entry, b: Entry): number {
	return b.savedAt - a.savedAt;
}
