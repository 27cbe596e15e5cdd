import type { AttentionScope, ScaleSettings } from './attention';
import type { RopeSettings } from './rope';
import type { ModelSize } from './size';

/** What one layer does with positions, how far it looks and what its feed-forward part is. */
export interface LayerRules {
	/** Rotary positions (and QK-norm where the model has it), or none (a NoPE layer, with the attention scale). */
	positions: 'rope' | 'nope';
	/** Llama 4: `chunked` on RoPE layers, `global` on NoPE layers. `sliding` is not Llama 4. */
	scope: AttentionScope['kind'];
	feedForward: 'moe' | 'dense';
}

/** Everything that decides what the model computes from its weights. */
export interface ModelRules extends ModelSize {
	layers: readonly LayerRules[];
	/** RMS-normalise queries and keys per head on RoPE layers (Scout yes, Maverick no). */
	qkNorm: boolean;
	/** The query scale of NoPE layers ("temperature tuning"), or null for none. */
	attentionScale: ScaleSettings | null;
	rope: RopeSettings;
	/** ε of every RMS norm, 1e-5 in Llama 4. */
	normEps: number;
	/** Rules a lesson may change to show why Llama 4 does what it does. */
	variants: {
		/** Llama 4: the gate multiplies the expert's `input`. */
		gate: 'input' | 'output';
		/** Llama 4: `sigmoid` of each chosen logit. `softmax` over all experts is not Llama 4. */
		router: 'sigmoid' | 'softmax';
		/** Llama 4: the attention scale `multiply`s the query. `add` adds it to the scores; not Llama 4. */
		scale: 'multiply' | 'add';
	};
}

/** One intermediate, named as the hook points of the model. */
export interface PlainRecording {
	/** Index of the layer, or null outside the layers. */
	layer: number | null;
	point: string;
	shape: readonly number[];
	/** Row-major over `shape`. */
	data: Float64Array<ArrayBuffer>;
}

/** Takes down one intermediate. */
export type Note = (
	point: string,
	shape: readonly number[],
	data: Float64Array<ArrayBuffer>
) => void;

/** Sequences in a batch, and positions in each. */
export interface BatchShape {
	batch: number;
	length: number;
}
