import * as tf from '@tensorflow/tfjs-core';
import { forward } from '$lib/model/forward';
import { noHooks, type LayerHooks } from '$lib/model/hook';
import type { Params } from '$lib/model/params';
import type { ModelConfig } from '$lib/protocol/config';
import type { Task } from '$lib/tasks/task';
import { drawBatch, HELD_OUT_STREAM } from './batch';
import { tokenLosses } from './loss';

/** How a model does on sequences that training never draws. */
export interface HeldOut {
	/** Mean cross-entropy, in nats per predicted token. */
	loss: number;
	/** The same by domain, in the order of `Task.domains`; NaN where none was drawn. */
	domainLosses: number[];
	/** Mean cross-entropy by position; entry t is for token t + 1 given tokens 0 … t. */
	positionLosses: number[];
	sequences: number;
}

/** Sequences per forward pass while measuring. */
const ROWS = 16;

/**
 * Measures a model on held-out sequences of a task.
 *
 * @param length tokens per sequence
 * @param count sequences; rounded up to a multiple of 16
 * @param hooks what watches or changes the passes, such as a silenced expert
 */
export async function evaluate(
	params: Params,
	config: ModelConfig,
	task: Task,
	seed: number,
	{ length, sequences: count }: { length: number; sequences: number },
	hooks: LayerHooks = noHooks
): Promise<HeldOut> {
	const domainSums = task.domains.map(() => ({ sum: 0, drawn: 0 }));
	const positionSums = new Float64Array(length - 1);
	const passes = Math.ceil(count / ROWS);
	for (let pass = 0; pass < passes; pass++) {
		const { tokens, domains } = drawBatch(
			task,
			{ batch: ROWS, length },
			seed,
			HELD_OUT_STREAM + pass
		);
		const losses = await lossesOf(params, config, tokens, [ROWS, length], hooks);
		domains.forEach((domain, row) => {
			const own = losses.subarray(row * (length - 1), (row + 1) * (length - 1));
			own.forEach((loss, t) => (positionSums[t]! += loss));
			if (domain === null) return;
			domainSums[domain]!.sum += own.reduce((a, b) => a + b, 0) / own.length;
			domainSums[domain]!.drawn++;
		});
	}
	const sequences = passes * ROWS;
	return {
		loss: positionSums.reduce((a, b) => a + b, 0) / (sequences * (length - 1)),
		domainLosses: domainSums.map(({ sum, drawn }) => sum / drawn),
		positionLosses: Array.from(positionSums, (sum) => sum / sequences),
		sequences
	};
}

/** The loss of each predicted token, row-major over [B, T−1], in nats. */
async function lossesOf(
	params: Params,
	config: ModelConfig,
	tokens: Int32Array,
	shape: [number, number],
	hooks: LayerHooks
): Promise<Float32Array> {
	const losses = tf.tidy(() => {
		const tokens_BT = tf.tensor2d(tokens, shape, 'int32');
		return tokenLosses(forward(params, config, tokens_BT, hooks), tokens_BT);
	});
	const data = await losses.data<'float32'>();
	losses.dispose();
	return data;
}
