/**
 * What a changed setting rebuilds:
 * - `mask`: nothing is lost, the same weights compute by another rule from the next pass on;
 * - `weights`: the model is drawn anew from the seed, training starts at step 0;
 * - `run`: the model stays, training goes on by the new number.
 */
export type Rebuild = 'mask' | 'weights' | 'run';

/** One number a visitor may change. The slider, the link, the help text and the check all read this. */
export interface Setting {
	/** Name in a link. Never renamed: old links must keep their meaning. */
	key: string;
	label: string;
	/** What the number counts; empty for a plain factor. */
	unit: string;
	min: number;
	max: number;
	/** Distance between neighbouring values, counted from `min`; 0 where every value between is allowed. */
	step: number;
	/** The value when a link is silent. */
	initial: number;
	/** A slider should run over powers, not over sums. */
	isLogarithmic?: true;
	/** Where the number only names a choice: what each value from 0 means. */
	choices?: readonly string[];
	rebuilds: Rebuild;
	/** What it does, in one sentence. */
	help: string;
}

const OFF_ON = ['off', 'on'] as const;

/** A whole number. */
const whole = (
	key: string,
	label: string,
	unit: string,
	[min, max]: readonly [number, number],
	initial: number,
	rebuilds: Rebuild,
	help: string
): Setting => ({ key, label, unit, min, max, step: 1, initial, rebuilds, help });

/** A number that may take any value between the ends. */
const real = (...row: Parameters<typeof whole>): Setting => ({ ...whole(...row), step: 0 });

/** A number whose neighbours differ by a factor. */
const power = (...row: Parameters<typeof whole>): Setting => ({
	...real(...row),
	isLogarithmic: true
});

/** A number that names one of a few choices; 0 is the default. */
const choice = (
	key: string,
	label: string,
	choices: readonly string[],
	initial: number,
	rebuilds: Rebuild,
	help: string
): Setting => ({
	...whole(key, label, '', [0, choices.length - 1], initial, rebuilds, help),
	choices
});

// prettier-ignore
/** Every number that a link can hold. The defaults are those of `scout-toy`. */
export const SETTINGS = {
	layers: whole('layers', 'Layers', 'layers', [1, 12], 4, 'weights',
		'Attention and feed-forward parts, one pair after another.'),
	width: whole('width', 'Width', 'numbers', [1, 256], 32, 'weights',
		'Length of the vector that stands for a token.'),
	heads: whole('heads', 'Query heads', 'heads', [1, 16], 4, 'weights',
		'How many questions a token asks at once in a layer.'),
	kvHeads: whole('kv', 'Key-value heads', 'heads', [1, 16], 2, 'weights',
		'Keys and values; each is shared by a group of query heads.'),
	headWidth: { ...whole('head-width', 'Head width', 'numbers', [2, 64], 8, 'weights',
		'Length of a query or a key; even, since rotary positions turn pairs.'), step: 2 },
	feedForward: whole('ff', 'Expert width', 'numbers', [1, 512], 32, 'weights',
		'Hidden numbers of each expert, routed or shared.'),
	denseFeedForward: whole('dense-ff', 'Dense width', 'numbers', [1, 512], 64, 'weights',
		'Hidden numbers of the feed-forward part in layers without experts.'),
	experts: whole('experts', 'Experts', 'experts', [1, 64], 8, 'weights',
		'Routed experts in each layer that has them; the shared expert comes on top.'),
	topK: whole('topk', 'Experts per token', 'experts', [1, 32], 1, 'mask',
		'How many routed experts a token visits; Llama 4 takes 1.'),
	moeEvery: whole('moe', 'Experts every', 'layers', [1, 12], 1, 'weights',
		'Every n-th layer has experts, the others one dense part; Scout 1, Maverick 2.'),
	chunk: whole('chunk', 'Chunk', 'positions', [1, 512], 8, 'mask',
		'A RoPE layer sees the earlier tokens of the same chunk and no others; Llama 4 takes 8192.'),
	nopeEvery: whole('nope', 'NoPE every', 'layers', [1, 12], 4, 'mask',
		'Every n-th layer has no rotary positions and sees all earlier tokens.'),
	pattern: choice('pattern', 'Who sees whom', ['Llama 4', 'sliding window', 'all chunked',
		'all global', 'NoPE first'], 0, 'mask',
		'How far each layer looks; all but the first are ours, for comparison.'),
	qkNorm: choice('qk-norm', 'QK-norm', OFF_ON, 1, 'mask',
		'Gives queries and keys of RoPE layers a fixed length; on in Scout, off in Maverick.'),
	theta: power('theta', 'RoPE base', '', [10, 1e7], 500_000, 'mask',
		'The larger, the slower the slowest rotation.'),
	ropeFactor: real('rope-factor', 'RoPE stretch', 'times', [1, 64], 16, 'mask',
		'How much slow rotations are slowed further; 16 in Scout, 1 (not at all) in Maverick.'),
	floorScale: whole('floor-scale', 'Floor scale', 'positions', [1, 8192], 8, 'mask',
		'The query scale of NoPE layers rises after this many positions; Llama 4 takes 8192.'),
	attnScale: real('attn-scale', 'Scale growth', '', [0, 2], 0.1, 'mask',
		'How fast the query scale of NoPE layers grows; 0 keeps it at 1.'),
	gate: choice('gate', 'Gate on', ['input', 'output'], 0, 'mask',
		'Where the gate multiplies: the input of the expert (Llama 4) or its output (ours).'),
	router: choice('router', 'Gate from', ['sigmoid', 'softmax'], 0, 'mask',
		'The gate is the sigmoid of the chosen logit (Llama 4) or its softmax share (ours).'),
	scale: choice('scale', 'Scale by', ['multiplying', 'adding'], 0, 'mask',
		'The scale multiplies the query (Llama 4), or it is added to the scores (ours).'),
	tied: choice('tied', 'Tied output', OFF_ON, 0, 'weights',
		'Uses the embedding again as the output matrix; off in Scout and Maverick.'),
	length: whole('length', 'Length', 'tokens', [2, 512], 32, 'run',
		'Tokens in a training sequence, and the longest text the model is given.'),
	batch: whole('batch', 'Batch', 'sequences', [1, 64], 16, 'run',
		'Sequences per training step.'),
	learningRate: power('lr', 'Learning rate', '', [1e-6, 1], 1e-3, 'run',
		'Largest size of a training step.'),
	schedule: choice('schedule', 'Schedule', ['constant', 'warm-up', 'cosine'], 1, 'run',
		'How the learning rate changes over the steps.'),
	warmupSteps: whole('warmup', 'Warm-up', 'steps', [0, 10_000], 50, 'run',
		'Steps over which the learning rate rises from 0.'),
	totalSteps: whole('steps', 'Cosine ends at', 'steps', [1, 100_000], 2000, 'run',
		'Step at which a cosine schedule reaches its lowest rate.'),
	weightDecay: real('decay', 'Weight decay', '', [0, 1], 0.01, 'run',
		'Pulls weights towards 0 in each step, times the learning rate.'),
	clipNorm: real('clip', 'Gradient limit', '', [0, 100], 1, 'run',
		'Longer gradients are shortened to this length; 0 leaves them as they are.'),
	balanceWeight: real('balance', 'Balance loss', '', [0, 1], 0, 'run',
		'Weight of a loss that evens the load of the experts; ours, Meta published none.'),
	zWeight: real('z', 'Router z-loss', '', [0, 1], 0, 'run',
		'Weight of a loss that keeps router logits small; ours, Meta published none.'),
	freezeRouter: choice('freeze-router', 'Frozen router', OFF_ON, 0, 'run',
		'Keeps the router as it was drawn while everything else learns.'),
	seed: whole('seed', 'Seed', '', [0, 2 ** 32 - 1], 1, 'weights',
		'The same seed gives the same weights and the same training data.')
} as const satisfies Record<string, Setting>;
