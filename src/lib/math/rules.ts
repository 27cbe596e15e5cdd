import type { AttentionScope, ScaleSettings } from './attention';
import type { RopeSettings } from './rope';
import type { ModelSize } from './size';

/** The rules of one layer. */
export interface LayerRules {
	positions: 'rope' | 'nope';
	scope: AttentionScope['kind'];
	feedForward: 'moe' | 'dense';
}

/** Everything that decides what the model computes from its weights. */
export interface ModelRules extends ModelSize {
	layers: readonly LayerRules[];
	/** RMS-normalise queries and keys per head on RoPE layers. */
	qkNorm: boolean;
	attentionScale: ScaleSettings | null;
	rope: RopeSettings;
	normEps: number;
	/** Llama 4: gate on the `input`, `sigmoid` router, scale that `multiply`s. The others are ours. */
	variants: {
		gate: 'input' | 'output';
		router: 'sigmoid' | 'softmax';
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
