import type { ModelConfig, TrainConfig } from './config';
import type { History } from './history';
import type { Settings } from './settings';

/** Version of the stored form. A stored run of another version is left alone, never guessed at. */
export const CHECKPOINT_VERSION = 1;

/** Where the training sequences come from: a task and, for `text`, what the visitor gave. */
export interface Source {
	/** Id of a task, see `taskOf`. */
	task: string;
	/** The visitor's own text, or null for every other task. It never leaves the page. */
	text: string | null;
}

/** Everything about a run but its numbers. A run is a model with its task and its training so far. */
export interface RunHeader {
	/** For people: `scout-toy`, the name of an opened file, or `new model`. */
	name: string;
	config: ModelConfig;
	train: TrainConfig;
	/** The settings of the page that led here; a file may hold a model that no settings describe. */
	settings: Settings;
	source: Source;
	/** Seeds the initial weights and, with the step as stream, the data of each step. */
	seed: number;
	/** Training steps done. */
	step: number;
	history: History;
}

/** An array without a tensor. */
export interface PlainArray {
	shape: readonly number[];
	/** Row-major over `shape`. */
	data: Float32Array<ArrayBuffer>;
}

/** A whole run, from which training goes on as if it had never stopped. */
export interface Checkpoint {
	version: number;
	/** Milliseconds since 1970. */
	savedAt: number;
	header: RunHeader;
	/** Weights, in the order of the model's leaves. */
	params: readonly PlainArray[];
	/** The optimizer's numbers, see `stateToArrays`. */
	optimizer: readonly PlainArray[];
}

/**
 * Name of the lock that the worker of a tab holds while it lives: no second tab goes by the same name,
 * and the page, which waits for it, hears of the worker's end.
 */
export function lockOf(tab: string): string {
	return `llamascope-${tab}`;
}

/** A stored run as the page may offer it. */
export interface StoredRun {
	id: string;
	/** The tab that made it. */
	tab: string;
	/** Milliseconds since 1970. */
	savedAt: number;
	/** Whether this tab made it (before a reload), or another one that is closed now. */
	own: boolean;
	header: RunHeader;
}
