import * as tf from '@tensorflow/tfjs-core';
import { forward } from '$lib/model/forward';
import type { LayerHooks } from '$lib/model/hook';
import { interventionHooks } from '$lib/model/intervene';
import type { Intervention } from '$lib/protocol/interventions';
import type { Evaluation } from '$lib/protocol/messages';
import type { Task } from '$lib/tasks';
import { drawBatch, HELD_OUT_STREAM } from '$lib/train/batch';
import { evaluate } from '$lib/train/evaluate';
import { Refusal } from './refusal';
import type { Run } from './run';

/** Sequences on which the model's distribution is compared with the task's law. */
const COMPARED = 16;

/**
 * How well a run's model does on sequences that its training never draws.
 *
 * @throws Refusal if an intervention does not fit the model
 */
export async function evaluateRun(
	run: Run,
	sequences: number,
	interventions: readonly Intervention[]
): Promise<Evaluation> {
	const { header, task, state } = run;
	const { length } = header.train;
	const { params } = state;
	const hooks = interventionHooks(interventions);
	try {
		const size = { length, sequences };
		const measured = await evaluate(params, header.config, task, header.seed, size, hooks);
		const { loss, positionLosses } = measured;
		return {
			...{ step: state.step, loss, positionLosses, floor: task.floor(length) },
			divergence: await divergence(run, hooks)
		};
	} catch (error) {
		if (error instanceof RangeError) throw new Refusal(`The model ${error.message}.`);
		throw error;
	}
}

/**
 * Mean Kullback-Leibler divergence of the model from the task's law, in nats per predicted token:
 * Σ law · ln(law / model). Null where the task has no known law.
 */
async function divergence({ header, task, state }: Run, hooks: LayerHooks): Promise<number | null> {
	const { length } = header.train;
	const { tokens } = drawBatch(task, { batch: COMPARED, length }, header.seed, HELD_OUT_STREAM);
	if (task.law(tokens.subarray(0, 1)) === null) return null;
	const logProbability_BTV = tf.tidy(() => {
		const tokens_BT = tf.tensor2d(tokens, [COMPARED, length], 'int32');
		return tf.logSoftmax(forward(state.params, header.config, tokens_BT, hooks));
	});
	const values = await logProbability_BTV.data<'float32'>();
	logProbability_BTV.dispose();
	let sum = 0;
	for (let row = 0; row < COMPARED; row++) {
		const sequence = tokens.subarray(row * length, (row + 1) * length);
		const own = values.subarray(row * length * header.config.vocabulary);
		sum += divergenceOf(task, sequence, own, header.config.vocabulary);
	}
	return sum / (COMPARED * (length - 1));
}

/** The divergence of one sequence, summed over its predicted positions. */
function divergenceOf(
	task: Task,
	sequence: Int32Array,
	logProbabilities: Float32Array,
	vocabulary: number
): number {
	let sum = 0;
	for (let t = 0; t + 1 < sequence.length; t++) {
		const law = task.law(sequence.subarray(0, t + 1));
		law?.forEach((share, token) => {
			if (share > 0) sum += share * (Math.log(share) - logProbabilities[t * vocabulary + token]!);
		});
	}
	return sum;
}
