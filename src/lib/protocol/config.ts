/**
 * What a model is made of, in plain numbers. Every Llama 4 text configuration can be written so,
 * and a few deviations for comparison, which `deviations` names as not Llama 4.
 */

/** What one layer does with positions, how far it looks and what its feed-forward part is. */
export interface LayerConfig {
	/** Rotary positions (and QK-norm where the model has it), or none (a NoPE layer, with the attention scale). */
	positions: 'rope' | 'nope';
	/** Llama 4: `chunked` on RoPE layers, `global` on NoPE layers. `sliding` is not Llama 4. */
	scope: 'chunked' | 'global' | 'sliding';
	feedForward: 'moe' | 'dense';
}

/** The llama3 rule that stretches slow rotations. */
export interface RopeScaling {
	factor: number;
	/** Wavelengths longer than `originalLength / lowFactor` are divided by `factor`. */
	lowFactor: number;
	/** Wavelengths shorter than `originalLength / highFactor` stay. */
	highFactor: number;
	/** Positions, 8192 in Llama 4. */
	originalLength: number;
}

/** Rules a lesson may change to show why Llama 4 does what it does. */
export interface Variants {
	/** Llama 4: the gate multiplies the expert's `input`. */
	gate: 'input' | 'output';
	/** Llama 4: `sigmoid` of each chosen logit. `softmax` over all experts is not Llama 4. */
	router: 'sigmoid' | 'softmax';
	/** Llama 4: the attention scale `multiply`s the query. `add` adds it to the scores; not Llama 4. */
	scale: 'multiply' | 'add';
}

export const LLAMA4_VARIANTS: Variants = { gate: 'input', router: 'sigmoid', scale: 'multiply' };

export interface ModelConfig {
	/** Number of tokens the model knows, V. */
	vocabulary: number;
	/** Length of a token's vector, D. */
	width: number;
	/** Query heads, H; a multiple of `kvHeads`. */
	heads: number;
	/** Key-value heads, G. */
	kvHeads: number;
	/** Length of a query or key, K; even. */
	headWidth: number;
	/** Hidden width of a routed or shared expert, F. */
	feedForward: number;
	/** Hidden width of a dense layer's feed-forward part. */
	denseFeedForward: number;
	/** Routed experts per MoE layer, E. */
	experts: number;
	/** Experts chosen per token, 1 in Llama 4. */
	topK: number;
	/** Positions per chunk, C. */
	chunk: number;
	layers: readonly LayerConfig[];
	/** RMS-normalise queries and keys per head on RoPE layers (Scout yes, Maverick no). */
	qkNorm: boolean;
	/** The query scale of NoPE layers ("temperature tuning"), or null for none. */
	attentionScale: { floorScale: number; attnScale: number } | null;
	rope: { theta: number; scaling: RopeScaling | null };
	/** ε of every RMS norm, 1e-5 in Llama 4. */
	normEps: number;
	/** Whether the output matrix is the embedding itself. */
	tiedEmbeddings: boolean;
	/** Longest sequence the page offers, in tokens. */
	maxLength: number;
	variants: Variants;
}

/** How a model is trained. All our own choices: Meta published no recipe. */
export interface TrainConfig {
	/** Sequences per step, B. */
	batch: number;
	/** Tokens per sequence, T. */
	length: number;
	/** Peak learning rate. */
	learningRate: number;
	schedule: 'constant' | 'warmup' | 'cosine';
	/** Steps over which the rate rises from 0 (schedules `warmup` and `cosine`). */
	warmupSteps: number;
	/** Step at which a cosine schedule reaches its end; training may go on at the final rate. */
	totalSteps: number;
	/** Decoupled weight decay per step, times the learning rate. Norm weights are not decayed. */
	weightDecay: number;
	/** Largest global gradient norm; 0 switches clipping off. */
	clipNorm: number;
	/** Weight of the load-balance loss (ours; no released Llama 4 code has one). */
	balanceWeight: number;
	/** Weight of the router z-loss (ours, likewise). */
	zWeight: number;
	/** Keeps router weights as they are. */
	freezeRouter: boolean;
	/** Positions from 1 whose tokens are learned; all where absent. An experiment's, never a visitor's. */
	scored?: readonly number[];
}

/** The names of everything in which a configuration departs from Llama 4, empty for a true one. */
export function deviations({ layers, variants }: ModelConfig): string[] {
	const found: string[] = [];
	if (variants.gate !== 'input') found.push('gate on the output');
	if (variants.router !== 'sigmoid') found.push('softmax router');
	if (variants.scale !== 'multiply') found.push('additive attention scale');
	if (layers.some(({ scope }) => scope === 'sliding')) found.push('sliding window');
	if (layers.some(({ positions, scope }) => positions === 'nope' && scope === 'chunked')) {
		found.push('chunked NoPE layer');
	}
	if (layers.some(({ positions, scope }) => positions === 'rope' && scope === 'global')) {
		found.push('global RoPE layer');
	}
	const [first, ...others] = layers;
	if (first?.positions === 'nope' && others.some(({ positions }) => positions === 'rope')) {
		found.push('NoPE first');
	}
	return found;
}
