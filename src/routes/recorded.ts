import type { ModelConfig } from '$lib/protocol/config';
import type { HookPoint, Trace } from '$lib/protocol/trace';

/** The points that the figures of this page draw. */
export const DRAWN_POINTS: readonly HookPoint[] = [
	'embeddings',
	'attention.norm',
	'attention.q',
	'attention.k',
	'attention.qFinal',
	'attention.kFinal',
	'attention.scores',
	'attention.pattern',
	'attention.out',
	'residual.mid',
	'feedForward.norm',
	'router.logits',
	'router.gate',
	'experts.routed',
	'experts.shared',
	'experts.out',
	'dense.out',
	'residual.out',
	'logits'
];

/** A text worth trying first. */
export interface Example {
	title: string;
	text: string;
	/** Chunk length of its picture alone, or null for the model's. */
	chunk: number | null;
}

/** A trained toy as the page carries it: enough to draw before any script has run. */
export interface Recorded {
	name: string;
	task: string;
	trace: Trace;
	config: ModelConfig;
	vocabulary: readonly string[];
	examples: readonly Example[];
	/** Training steps behind it. */
	steps: number;
	seed: number;
	/** Mean loss on fresh sequences, in nats per token. */
	loss: number;
	floor: number | null;
	/** Its training loss on the way, in nats per token. */
	curve: readonly { step: number; loss: number }[];
}

/** What the page is built with: a recorded toy whose trace is still text. */
export interface PageText extends Omit<Recorded, 'trace'> {
	/** In the form of `traceFile.ts`. */
	trace: string;
}
