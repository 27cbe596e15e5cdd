/** What an axis of a recording counts. */
export type Axis =
	| 'batch'
	| 'token'
	| 'query'
	| 'key'
	| 'head'
	| 'kvHead'
	| 'headWidth'
	| 'expert'
	| 'choice'
	| 'width'
	| 'projection'
	| 'vocabulary';

/**
 * Every intermediate of a layer, in the order of computation, with the axes of its recording,
 * outermost first. `token` is batch × position flattened, row-major. In a chunked layer, scores and
 * pattern have only the keys of the query's own chunk, from its first one on, unless the mask is
 * recorded too.
 */
export const LAYER_POINTS = {
	'attention.norm': ['batch', 'query', 'width'],
	'attention.q': ['batch', 'query', 'projection'],
	'attention.k': ['batch', 'key', 'projection'],
	'attention.v': ['batch', 'key', 'projection'],
	'attention.qRope': ['batch', 'query', 'head', 'headWidth'],
	'attention.kRope': ['batch', 'key', 'kvHead', 'headWidth'],
	'attention.qNorm': ['batch', 'query', 'head', 'headWidth'],
	'attention.kNorm': ['batch', 'key', 'kvHead', 'headWidth'],
	'attention.scale': ['query'],
	'attention.qFinal': ['batch', 'head', 'query', 'headWidth'],
	'attention.kFinal': ['batch', 'kvHead', 'key', 'headWidth'],
	'attention.mask': ['query', 'key'],
	'attention.scores': ['batch', 'head', 'query', 'key'],
	'attention.pattern': ['batch', 'head', 'query', 'key'],
	'attention.context': ['batch', 'query', 'head', 'headWidth'],
	'attention.out': ['batch', 'query', 'width'],
	'residual.mid': ['batch', 'query', 'width'],
	'feedForward.norm': ['batch', 'query', 'width'],
	'router.logits': ['token', 'expert'],
	'router.gate': ['token', 'expert'],
	'router.chosen': ['token', 'choice'],
	'router.chosenGate': ['token', 'choice'],
	'experts.routed': ['token', 'width'],
	'experts.shared': ['token', 'width'],
	'experts.out': ['token', 'width'],
	'dense.out': ['batch', 'query', 'width'],
	'residual.out': ['batch', 'query', 'width']
} as const satisfies Record<string, readonly Axis[]>;

/** Intermediates outside the layers; their recordings have `layer: null`. */
export const MODEL_POINTS = {
	embeddings: ['batch', 'query', 'width'],
	finalNorm: ['batch', 'query', 'width'],
	logits: ['batch', 'query', 'vocabulary']
} as const satisfies Record<string, readonly Axis[]>;

export const HOOK_POINTS = { ...LAYER_POINTS, ...MODEL_POINTS };

export type HookPoint = keyof typeof HOOK_POINTS;

/** Points by which the loss can be differentiated. */
export type GradientPoint = 'router.logits';

/** One recorded intermediate, free of tensors: what crosses from the worker to the page. */
export interface Recording {
	/** Index of the layer, or null outside the layers. */
	layer: number | null;
	point: HookPoint;
	shape: readonly number[];
	/** Row-major over `shape`. */
	data: Float32Array<ArrayBuffer>;
}

/** Everything recorded in one forward pass over one sequence, in the order it was computed. */
export interface Trace {
	/** Training step at which the pass was made; 0 before any training. */
	step: number;
	/** The tokens of the pass, shape [T]. */
	tokens: Int32Array<ArrayBuffer>;
	recordings: readonly Recording[];
	/**
	 * Where asked for: the gradient of the mean next-token loss by the intermediates themselves, in nats
	 * per predicted token and unit, shaped as their recordings.
	 */
	gradients?: readonly Recording[];
}

/** The recording of a point in a layer (`null` for points outside the layers), if the trace has it. */
export function recordingOf(
	trace: Trace,
	point: HookPoint,
	layer: number | null = null
): Recording | undefined {
	return trace.recordings.find((r) => r.point === point && r.layer === layer);
}

/** The gradient of the loss by the intermediate of a point in a layer, if the trace has it. */
export function gradientOf(
	trace: Trace,
	point: GradientPoint,
	layer: number | null = null
): Recording | undefined {
	return trace.gradients?.find((r) => r.point === point && r.layer === layer);
}
