import * as tf from '@tensorflow/tfjs-core';
import { rotations } from '$lib/math/rope';
import type { ModelConfig } from '$lib/protocol/config';

/** Which positions a pass computes: the same in every sequence of the batch. */
export interface Span {
	/** Sequences, B. */
	readonly batch: number;
	/** Absolute position of the first token, 0 unless a cache holds what came before. */
	readonly first: number;
	/** Positions, T. */
	readonly length: number;
	/** Cosine and sine of each position's angle per pair of a head. */
	readonly cos_TJ: tf.Tensor2D;
	readonly sin_TJ: tf.Tensor2D;
}

/** The span of some tokens that start at a position. Its tables are owned by the caller. */
export function spanOf(tokens_BT: tf.Tensor2D, config: ModelConfig, first = 0): Span {
	const [batch, length] = tokens_BT.shape;
	const positions = Float64Array.from({ length }, (_, i) => first + i);
	const { pairs, cos, sin } = rotations(positions, config.headWidth, config.rope);
	const table = (values: Float64Array) => tf.tensor2d(Float32Array.from(values), [length, pairs]);
	return { batch, first, length, cos_TJ: table(cos), sin_TJ: table(sin) };
}
