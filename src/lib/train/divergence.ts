import * as tf from '@tensorflow/tfjs-core';
import { softCrossEntropy } from '$lib/kernels/softCrossEntropy';
import { forward } from '$lib/model/forward';
import type { Params } from '$lib/model/params';
import type { ModelConfig } from '$lib/protocol/config';
import type { Task } from '$lib/tasks/task';
import { drawBatch, HELD_OUT_STREAM } from './batch';

/** Sequences that nobody trains on, with the law of the next token at every position. */
export interface LawMeasure {
	readonly tokens_BT: tf.Tensor2D;
	/** A row of zeros where nothing is predicted: at the last position. */
	readonly law_NV: tf.Tensor2D;
	/** Mean entropy of the law, in nats per predicted token: the cross-entropy of a perfect model. */
	readonly entropy: number;
	/** Predicted tokens. */
	readonly count: number;
}

/**
 * Draws held-out sequences and looks up their law.
 *
 * @throws RangeError if the task has no known law
 */
export function lawMeasure(
	task: Task,
	seed: number,
	{ length, sequences }: { length: number; sequences: number }
): LawMeasure {
	const V = task.vocabulary.length;
	const { tokens } = drawBatch(task, { batch: sequences, length }, seed, HELD_OUT_STREAM);
	const laws = new Float32Array(sequences * length * V);
	let entropySum = 0;
	for (let row = 0; row < sequences; row++) {
		const sequence = tokens.subarray(row * length, (row + 1) * length);
		for (let t = 0; t + 1 < length; t++) {
			const law = task.law(sequence.subarray(0, t + 1));
			if (!law) throw new RangeError(`the law of “${task.title}” is not known`);
			laws.set(law, (row * length + t) * V);
			for (const share of law) if (share > 0) entropySum -= share * Math.log(share);
		}
	}
	const count = sequences * (length - 1);
	return {
		tokens_BT: tf.tensor2d(tokens, [sequences, length], 'int32'),
		law_NV: tf.tensor2d(laws, [sequences * length, V]),
		...{ entropy: entropySum / count, count }
	};
}

/**
 * The exact mean divergence `KL(law ‖ model)` on the measured sequences, in nats per predicted token: how
 * far the model is from the truth, without the noise of drawn tokens.
 *
 * @returns a scalar, owned by the caller
 */
export function divergence(params: Params, config: ModelConfig, measure: LawMeasure): tf.Scalar {
	const { tokens_BT, law_NV, entropy, count } = measure;
	return tf.tidy(() => {
		const [B, T] = tokens_BT.shape;
		const logits_BTV = forward(params, config, tokens_BT);
		const logits_NV: tf.Tensor2D = tf.reshape(logits_BTV, [B * T, config.vocabulary]);
		return tf.sub(tf.div(tf.sum(softCrossEntropy(logits_NV, law_NV)), count), entropy);
	});
}

export function disposeMeasure({ tokens_BT, law_NV }: LawMeasure): void {
	tf.dispose([tokens_BT, law_NV]);
}
