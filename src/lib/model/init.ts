import * as tf from '@tensorflow/tfjs-core';
import { random } from '$lib/math/random';
import type { ModelConfig } from '$lib/protocol/config';
import { planParams, type LeafPlan, type Params } from './params';
import { fillPlan } from './plan';

/**
 * Start weights, the same for the same seed on every machine. Our own choice: Meta published none
 * ("MetaP", the way Llama 4's were set, is not described).
 *
 * - matrices and router: normal, deviation 1/√(fan-in), so that a normed input keeps its size;
 * - matrices that write into the residual stream: the same divided by √(2 · layers), so that the
 *   stream does not grow with depth (as in GPT-2);
 * - embeddings: normal, deviation 1/√(width);
 * - output matrix: normal, deviation 0.02, so that the first predictions are nearly uniform;
 * - norms: 1.
 *
 * @param seed any whole number; leaf i draws from stream −1 − i, training data from streams ≥ 0
 */
export function initParams(config: ModelConfig, seed: number): Params {
	let stream = -1;
	const fill = (plan: LeafPlan) => {
		const draw = random(seed, stream--);
		const deviation = startDeviation(plan, config);
		const size = plan.shape.reduce((a, b) => a * b, 1);
		const values = new Float32Array(size);
		for (let i = 0; i < size; i++) {
			values[i] = plan.role === 'norm' ? 1 : deviation * draw.normal();
		}
		return tf.tensor(values, [...plan.shape], 'float32');
	};
	return fillPlan(planParams(config), fill);
}

/** Standard deviation of a leaf's start values. */
function startDeviation({ role, fanIn }: LeafPlan, { width, layers }: ModelConfig): number {
	if (role === 'embedding') return 1 / Math.sqrt(width);
	if (role === 'output') return 0.02;
	if (role === 'residual') return 1 / Math.sqrt(fanIn * 2 * layers.length);
	return 1 / Math.sqrt(fanIn);
}
