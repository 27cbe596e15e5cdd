import type { RunHeader, Source, StoredRun } from '$lib/protocol/checkpoint';
import { emptyHistory, type History } from '$lib/protocol/history';
import type { Intervention } from '$lib/protocol/interventions';
import type { Backend, Evaluation, Sampling } from '$lib/protocol/messages';
import type { Settings } from '$lib/protocol/settings';
import { LAYER_POINTS, MODEL_POINTS, type HookPoint, type Trace } from '$lib/protocol/trace';
import type { EngineWorker } from './wire';

export type Status = 'idle' | 'loading' | 'ready' | 'training' | 'failed';

/** What a page hands the lab, so that the lab needs to know neither worker nor addresses. */
export interface LabOptions {
	/** Starts an engine; called again after a worker has died. */
	startWorker: () => EngineWorker;
	/** Address of a file of a toy, such as `config.json`. */
	toyUrl: (toy: string, file: string) => string;
	/** What the visitor asked for (`?backend=`), or null. */
	backend?: string | null;
}

/** The model at hand. */
export interface LabModel extends RunHeader {
	/** Weights in all. */
	parameterCount: number;
}

/** What a forward pass may change or watch; everything is optional. */
export interface PassOptions {
	interventions?: readonly Intervention[];
	/** Another chunk length for this pass alone. */
	chunk?: number | null;
	/** Points to record; all by default. */
	points?: readonly HookPoint[];
}

/** How to write on; everything is optional. */
export interface GenerateOptions {
	/** Tokens to add, 32 by default. */
	count?: number;
	/** Greedy by default. */
	sampling?: Sampling;
	seed?: number;
	/** Hears each token as it comes, with its probability under the model. */
	ontoken?: (token: number, probability: number) => void;
}

export const ALL_POINTS = Object.keys({ ...LAYER_POINTS, ...MODEL_POINTS }) as HookPoint[];

/**
 * The page's end of the engine: asks, and holds the latest answer. No method throws or rejects:
 * what goes wrong is one sentence in `notice`, and the model at hand stays.
 */
export class Lab {
	/** Also written to `<html data-engine>`. */
	status: Status = $state('idle');
	/** What computes, and why; its name is also written to `<html data-backend>`. */
	backend: Backend | null = $state.raw(null);
	/** The latest thing the visitor should know, in one sentence, or empty. */
	notice: string = $state('');
	model: LabModel | null = $state.raw(null);
	/** The latest forward pass. */
	trace: Trace | null = $state.raw(null);
	/** Milliseconds from the question to the latest trace. */
	traceMs: number = $state(0);
	/** Whether a forward pass has been asked for and not answered. */
	waiting: boolean = $state(false);
	/** Loss and expert load of the run so far. */
	history: History = $state.raw(emptyHistory());
	/** Least mean loss any model can reach, in nats per predicted token, or null where unknown. */
	floor: number | null = $state(null);
	stepsPerSecond: number = $state(0);
	/** Whether the engine is writing on. */
	generating: boolean = $state(false);
	/** A stored run that is not open: what this tab or a closed one left behind. */
	stored: StoredRun | null = $state.raw(null);

	constructor(options: LabOptions) {
		void options;
	}

	/** Starts the engine. After it, open something: `resume`, `openToy`, `openFiles` or `build`. */
	start(): Promise<boolean> {
		return Promise.resolve(false);
	}

	/** Opens the stored run and forgets the offer. */
	resume(): Promise<boolean> {
		return Promise.resolve(false);
	}

	/** Opens one of our trained toys. */
	openToy(toy: string): Promise<boolean> {
		return Promise.resolve(toy === '');
	}

	/** Opens the visitor's files: one `.safetensors` and its `config.json`, in any order. */
	openFiles(files: readonly File[]): Promise<boolean> {
		return Promise.resolve(files.length === 0);
	}

	/** Draws a fresh model from settings, for a task. */
	build(settings: Settings, source: Source): Promise<boolean> {
		return Promise.resolve(settings === null && source === null);
	}

	/** Takes other settings: keeps the weights where they still fit, else draws a fresh model. */
	rebuild(settings: Settings): Promise<boolean> {
		return Promise.resolve(settings === null);
	}

	/** Another task (or the visitor's own text) for a fresh model with the present settings. */
	changeSource(source: Source): Promise<boolean> {
		return Promise.resolve(source === null);
	}

	/** One pass over tokens; the answer is `trace`. A newer question outdates the older. */
	forward(tokens: ArrayLike<number>, options?: PassOptions): Promise<boolean> {
		return Promise.resolve(tokens === null && options === undefined);
	}

	/** Trains until paused; the latest forward pass follows a few times a second. */
	train(): Promise<boolean> {
		return Promise.resolve(false);
	}

	/** Ends training after the present step. */
	pause(): void {}

	/** One training step. */
	stepOnce(): Promise<boolean> {
		return Promise.resolve(false);
	}

	/** Back to step 0: the same settings, the same seed, the same task. */
	reset(): Promise<boolean> {
		return Promise.resolve(false);
	}

	/** A fresh model from the next seed. */
	newSeed(): Promise<boolean> {
		return Promise.resolve(false);
	}

	/** Writes on after the tokens; null if it could not or was outdated. */
	generate(tokens: ArrayLike<number>, options?: GenerateOptions): Promise<Int32Array | null> {
		void [tokens, options];
		return Promise.resolve(null);
	}

	/** Ends `generate` after the present token. */
	stopGenerating(): void {}

	/** How well the model does on sequences that training never draws, 64 by default. */
	evaluate(sequences = 64): Promise<Evaluation | null> {
		void sequences;
		return Promise.resolve(null);
	}

	/** The model as files, in Hugging Face's names: `config.json` and `model.safetensors`. */
	save(): Promise<File[]> {
		return Promise.resolve([]);
	}

	/** Takes the notice away. */
	dismiss(): void {
		this.notice = '';
	}

	/** Ends the engine: the page goes away. */
	close(): void {}
}
