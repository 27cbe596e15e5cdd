import type { BackendName } from '$lib/protocol/messages';
import type { Work } from './works';

/** Who runs: the site's own code, its two peers, and one attention layer of the site's code. */
export type ContenderName = 'ours' | 'plain' | 'jax-js' | 'layer';

/** What one training step asks of a backend. */
export interface Counts {
	/**
	 * Kernels of TensorFlow.js without those that compute nothing; programs of jax-js, null on WebGL, where
	 * it does not tell.
	 */
	operations: number | null;
	/** Programs drawn by the graphics processor; null elsewhere. */
	draws: number | null;
	/** Most tensors and bytes alive at once; null where the library does not tell. */
	peakTensors: number | null;
	peakBytes: number | null;
	/** Operations by name, most frequent first. */
	names: Record<string, number>;
}

/** What is alive between two steps. */
export interface Memory {
	tensors: number;
	bytes: number;
	/** Bytes of WebAssembly's heap; null on other backends. */
	heap: number | null;
}

/** A model in training, in a worker of its own. */
export interface Contender {
	/** One step of training; gives its loss, before the update, in nats per predicted token. */
	step(tokens: Int32Array): Promise<number>;
	/** One pass without training: ours with everything recorded that the page can show. */
	pass(tokens: Int32Array): Promise<void>;
	/** One step of training, counted. */
	count(tokens: Int32Array): Promise<Counts>;
	memory(): Memory | null;
}

/** What a contender starts from. */
export interface Opening {
	contender: ContenderName;
	backend: BackendName;
	work: Work;
	/** First weights, in the order of `planLeaves`. */
	weights: readonly Float32Array[];
}

/** What the page asks of a worker. */
export type Question =
	| { type: 'weights'; work: Work }
	| { type: 'open'; opening: Opening }
	/**
	 * Steps from number `first` on, each timed by itself: at least `count`, and more until `ms`
	 * milliseconds have passed.
	 */
	| { type: 'steps'; first: number; count: number; ms: number }
	| { type: 'passes'; count: number }
	| { type: 'count'; step: number }
	| { type: 'memory' };

/** The answer to each question. */
export interface Answers {
	weights: Float32Array[];
	/** What computes, in words. */
	open: string;
	steps: { times: number[]; losses: number[] };
	passes: number[];
	count: Counts;
	memory: Memory | null;
}

/** What a worker sends back for each ticket. */
export interface Reply {
	ticket: number;
	value?: Answers[keyof Answers];
	/** Why there is no answer. */
	problem?: string;
}
