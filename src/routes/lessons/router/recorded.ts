import type { HookPoint } from '$lib/protocol/trace';

/** The points that the figures of this lesson draw. */
export const DRAWN_POINTS: readonly HookPoint[] = [
	'feedForward.norm',
	'router.logits',
	'router.gate',
	'router.chosenGate',
	'experts.routed',
	'experts.shared',
	'experts.out',
	'logits'
];

/** What one part of the layer is worth: the losses when it answers zero. */
export interface Silenced {
	/** Index of the expert, or null for the shared one. */
	expert: number | null;
	/** Loss at each token of the text; null at the last, which predicts nothing. */
	losses: readonly (number | null)[];
	/** Mean loss on sequences that training never drew, in nats per predicted token. */
	heldOut: number;
}

/** A pass of the trained toy, all that the lesson needs before any script has run. */
export interface RecordedRouter {
	toy: string;
	/** Training steps behind it. */
	steps: number;
	seed: number;
	/** The layer that the lesson looks at, from 0. */
	layer: number;
	vocabulary: number;
	/** Text of each token of the pass. */
	texts: readonly string[];
	/** The pass, in the form of `traceFile.ts`. */
	trace: string;
	/** Gradient of the loss by the router logits, token by expert, row-major. */
	gradient: readonly number[];
	/** Loss at each token; null at the last, which predicts nothing. */
	losses: readonly (number | null)[];
	/** Length of the answer of each token's expert if the token had not been shrunk. */
	fullLengths: readonly number[];
	/** The same at gates 0, 0.1, 0.2, … 1, each as a share of the last, computed from the weights. */
	bends: readonly (readonly number[])[];
	/** Mean loss on sequences that training never drew, in nats per predicted token. */
	heldOut: number;
	/** Sequences behind each held-out number. */
	sequences: number;
	/** The shared expert first, then each routed one. */
	silenced: readonly Silenced[];
}
