import type { Sampling } from '$lib/math/sample';
import type { RunHeader, Source, StoredRun } from './checkpoint';
import type { ModelConfig } from './config';
import type { StepRecord } from './history';
import type { Intervention } from './interventions';
import type { Settings } from './settings';
import type { GradientPoint, HookPoint, Trace } from './trace';
import type { Trial, TrialEnd, TrialNews } from './trial';

/** Ties an answer to its question. The page drops answers to questions it no longer asks. */
export type Ticket = number & { readonly __brand: 'Ticket' };

export type BackendName = 'webgl' | 'wasm' | 'cpu';

/** What computes, and why. */
export interface Backend {
	name: BackendName;
	/** One friendly sentence. */
	reason: string;
	/** Threads that share the work, 1 unless the backend is threaded. */
	threads: number;
	/** Milliseconds from the start of the worker's choice until the backend answered. */
	readyMs: number;
}

/** One pass over tokens: what to watch, what to change. */
export interface Pass {
	tokens: Int32Array<ArrayBuffer>;
	/** Points to record. */
	points: readonly HookPoint[];
	/** Points at which to ask how the loss of these tokens would answer to a push. */
	gradients?: readonly GradientPoint[];
	interventions: readonly Intervention[];
	/** Another chunk length for this pass alone, or null for the model's. */
	chunk: number | null;
}

/** What the page may ask of the engine. */
export type Command = { ticket: Ticket } & (
	| {
			type: 'boot';
			/** What the visitor asked for (`?backend=`), or null. */
			backend: string | null;
			/** Name of this tab, the same after a reload; its runs are stored under it. */
			tab: string;
			/** False after the graphics processor was lost: it is not tried again. */
			allowWebgl: boolean;
	  }
	/** A fresh model. */
	| {
			type: 'build';
			settings: Settings;
			source: Source;
			name: string;
			/** The exact model, where it came from a file that no settings describe, or null. */
			config: ModelConfig | null;
	  }
	/** Other settings for the model at hand; its weights stay. */
	| { type: 'adjust'; settings: Settings }
	/** A model from files. What our own files say of task, step and seed counts before the command's. */
	| {
			type: 'open';
			name: string;
			config: string;
			weights: ArrayBuffer;
			settings: Settings;
			source: Source;
			step: number;
			seed: number;
	  }
	/** A stored run, by its id. */
	| { type: 'restore'; id: string }
	| { type: 'forward'; pass: Pass }
	| {
			type: 'generate';
			tokens: Int32Array<ArrayBuffer>;
			count: number;
			sampling: Sampling;
			seed: number;
	  }
	| {
			type: 'train';
			/** Steps to do, or null to go on until stopped. */
			steps: number | null;
			/** Repeat the latest forward pass while training, a few times a second. */
			follow: boolean;
	  }
	/** A trial beside the model at hand, which stays as it is; its training waits meanwhile. */
	| { type: 'trial'; trial: Trial }
	| { type: 'stop'; what: Stoppable }
	/** Mean loss over sequences that training never draws, with some parts of the model changed. */
	| { type: 'evaluate'; sequences: number; interventions: readonly Intervention[] }
	/** The model as files. */
	| { type: 'save' }
	/** Stores the run now: the page is about to go. */
	| { type: 'keep' }
);

/** What goes on until it is done or stopped. */
export type Stoppable = 'train' | 'generate' | 'trial';

export type CommandType = Command['type'];

/** What a question is about. A newer question of a kind outdates the older ones, on either end. */
export const KINDS = {
	boot: 'boot',
	build: 'model',
	adjust: 'model',
	open: 'model',
	restore: 'model',
	forward: 'forward',
	generate: 'generate',
	train: 'train',
	trial: 'trial',
	stop: 'stop',
	evaluate: 'evaluate',
	save: 'save',
	keep: 'keep'
} as const satisfies Record<CommandType, string>;

export type Kind = (typeof KINDS)[CommandType];

/** Kinds that are about the model at hand, and in vain once another one takes its place. */
const ABOUT_MODEL: ReadonlySet<Kind> = new Set(['forward', 'generate', 'train', 'evaluate']);

/** Whether a newer question makes an older one that is not answered yet pointless. */
export function outdates(newer: CommandType, older: CommandType): boolean {
	if (KINDS[newer] === KINDS[older]) return true;
	return KINDS[newer] === 'model' && newer !== 'adjust' && ABOUT_MODEL.has(KINDS[older]);
}

/** What the model at hand is: answer to `build`, `adjust`, `open` and `restore`. */
export interface Opened {
	header: RunHeader;
	/** Weights in all. */
	parameterCount: number;
	/** Least mean loss any model can reach, in nats per predicted token, or null where unknown. */
	floor: number | null;
	/** Byte pairs that the vocabulary of a visitor's text is made of, or null for another task. */
	merges: readonly (readonly [number, number])[] | null;
}

/** What a piece of work took on this machine. */
export interface Measured {
	/** Kernels that were run; on a graphics processor programs that were drawn. */
	operations: number;
	ms: number;
}

/** How well the model does on sequences that training never draws. */
export interface Evaluation {
	step: number;
	/** Mean cross-entropy, in nats per predicted token. */
	loss: number;
	/** The same by position; entry t is for token t + 1 given tokens 0 … t. */
	positionLosses: readonly number[];
	/** Mean Kullback-Leibler divergence from the task's law, in nats per token, where it has one. */
	divergence: number | null;
	floor: number | null;
}

/** What the engine may answer. */
export type Reply = { ticket: Ticket } & (
	| {
			type: 'booted';
			backend: Backend;
			/** The name this tab goes by: another one where a second tab has the one asked for. */
			tab: string;
			/** Whether the engine holds the lock of that name while it lives. */
			isLocked: boolean;
			/** What can be resumed: the runs of this tab, then those of closed ones, newest first. */
			runs: readonly StoredRun[];
			/** What the visitor should know (an unknown `?backend=`, no storage), or empty. */
			note: string;
	  }
	/** `isFresh`: another model; else the same one under other settings. */
	| ({ type: 'opened'; isFresh: boolean } & Opened)
	/** Also repeated, with the ticket of the forward question, while training is followed. */
	| ({ type: 'trace'; trace: Trace } & Measured)
	/** One generated token, with its probability under the model (before temperature and cuts). */
	| { type: 'token'; token: number; probability: number }
	| { type: 'generated'; tokens: Int32Array<ArrayBuffer> }
	/** All steps since the last report. */
	| {
			type: 'progress';
			records: readonly StepRecord[];
			stepsPerSecond: number;
			/** One step: its operations, and its time as a mean over the latest steps. */
			cost: Measured;
	  }
	/** Training has ended: asked to, all steps done, or the loss was not finite (then `note` says so). */
	| { type: 'stopped'; step: number; why: 'asked' | 'done' | 'notFinite'; note: string }
	/** What a trial has to tell since its last report. */
	| { type: 'trialProgress'; news: readonly TrialNews[] }
	/** A trial has ended; `note` says so where a loss was not finite. */
	| { type: 'trialDone'; why: TrialEnd; note: string }
	| { type: 'evaluated'; evaluation: Evaluation }
	| { type: 'saved'; name: string; config: string; weights: ArrayBuffer }
	/** The run is stored under this id; `step` is where a restart would go on. */
	| { type: 'kept'; id: string; step: number }
	/** Something the visitor should know that answers no question, in one sentence. */
	| { type: 'note'; note: string }
	/** The question cannot be answered; nothing changed. One friendly sentence. */
	| { type: 'failed'; message: string }
	/**
	 * The engine cannot go on (the graphics processor is gone): start another. `isTooLarge`: it found no
	 * memory for what it was asked, which is in vain to ask again; the message is then one sentence.
	 */
	| { type: 'lost'; message: string; isTooLarge: boolean }
);

/** Ticket of replies that answer no question. */
export const NO_TICKET = 0 as Ticket;

/** Either end of the wire: a `Worker` on the page, `self` in the worker, a fake in a test. */
export interface Port {
	postMessage(message: unknown, moved?: Transferable[]): void;
}

/** Sends a reply, handing over (not copying) the buffers of its arrays. */
export function postReply(page: Port, reply: Reply): void {
	page.postMessage(reply, buffersOf(reply));
}

/** Sends a command. Weights are handed over; tokens and masks are copied, the page still shows them. */
export function postCommand(engine: Port, command: Command): void {
	engine.postMessage(command, command.type === 'open' ? [command.weights] : []);
}

/** Makes the compiler complain when a `switch` over messages misses one. */
export function unreachable(message: never): never {
	throw new Error(`unknown message ${JSON.stringify(message)}`);
}

function buffersOf(reply: Reply): ArrayBuffer[] {
	switch (reply.type) {
		case 'trace':
			return [
				reply.trace.tokens.buffer,
				...reply.trace.recordings.map(({ data }) => data.buffer),
				...(reply.trace.gradients ?? []).map(({ data }) => data.buffer)
			];
		case 'progress':
			return reply.records.map(({ load }) => load.buffer);
		case 'trialProgress':
			return reply.news.flatMap(({ records }) => records.map(({ load }) => load.buffer));
		case 'generated':
			return [reply.tokens.buffer];
		case 'saved':
			return [reply.weights];
		default:
			return [];
	}
}
