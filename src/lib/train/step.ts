import * as tf from '@tensorflow/tfjs-core';
import { joined } from '$lib/kernels/join';
import { learningRateAt } from '$lib/math/schedule';
import { leaves, withLeaves } from '$lib/model/tree';
import type { ModelConfig, TrainConfig } from '$lib/protocol/config';
import { adamWStep } from './adamw';
import { lossGradients, type Objective } from './gradient';
import type { TrainState } from './state';

/** What one step measured, before its update. */
export interface StepReport {
	/** Updates made when this step was done, this one included. */
	step: number;
	/** Learning rate of the update. */
	rate: number;
	/** Norm of all gradients together, before clipping. */
	gradNorm: number;
	/** The objective: mean cross-entropy unless another was given, in nats per predicted token. */
	loss: number;
	/** Mean load-balance loss per MoE layer, unweighted; 0 where it was off. */
	balance: number;
	/** Mean router z-loss per MoE layer, unweighted; 0 where it was off. */
	zLoss: number;
	/** Share of the choices per expert: one row of E per MoE layer, row-major; empty without any. */
	load: Float32Array<ArrayBuffer>;
	/** Why the run has to stop, in one sentence, or null. The weights are then those before the step. */
	problem: string | null;
}

/** The numbers of a step, still on the device: `readReports` reads and frees them. */
export interface PendingReport {
	step: number;
	rate: number;
	/** Gradient norm, objective, balance loss, z-loss, then the loads. */
	numbers: tf.Tensor1D;
}

/**
 * One training step: forward, losses, gradients, AdamW. The old state's tensors are disposed of: the
 * caller replaces the state, and owns the report.
 *
 * Nothing is read back from a GPU. If the loss or its gradient is not finite, the weights and the
 * optimizer's memory stay as they were, on the device itself; the report then names the problem, and
 * whoever reads it stops the run.
 *
 * @param tokens batch × length token ids, row-major, such as `drawBatch` gives
 * @param objective what is learned; the next token unless told
 * @throws RangeError if there are not `batch × length` tokens; the old state is then untouched
 */
export function trainStep(
	{ params, optimizer, step }: TrainState,
	config: ModelConfig,
	train: TrainConfig,
	tokens: Int32Array,
	objective?: Objective
): { state: TrainState; report: PendingReport } {
	const { batch, length, weightDecay: decay, clipNorm } = train;
	if (tokens.length !== batch * length) {
		throw new RangeError(`expected ${batch}×${length} tokens, got ${tokens.length}`);
	}
	const weights = leaves(params);
	const rate = learningRateAt(optimizer.age, train);

	const tokens_BT = tf.tensor2d(tokens, [batch, length], 'int32');
	const { loss, grads, measured } = lossGradients(params, config, train, tokens_BT, objective);
	const next = adamWStep(weights, grads, loss, optimizer, { rate, decay, clipNorm });
	const numbers = joined([next.gradNorm, measured]);
	tf.dispose([tokens_BT, loss, measured, next.gradNorm]);
	tf.dispose([...weights, ...grads.filter((grad) => grad !== null)]);
	tf.dispose([optimizer.mean_W, optimizer.square_W]);
	return {
		state: { params: withLeaves(params, next.weights), optimizer: next.optimizer, step: step + 1 },
		report: { step: step + 1, rate, numbers }
	};
}

/**
 * Reads the numbers of any number of steps in one wait, and frees them. Call it once per frame at
 * most: on a GPU every call waits for all work asked for so far.
 */
export async function readReports(pending: readonly PendingReport[]): Promise<StepReport[]> {
	if (pending.length === 0) return [];
	const all = tf.concat(pending.map(({ numbers }) => numbers));
	const data = await all.data<'float32'>();
	all.dispose();
	let offset = 0;
	return pending.map(({ step, rate, numbers }) => {
		const [gradNorm, loss, balance, zLoss] = data.subarray(offset, offset + 4) as unknown as [
			number,
			number,
			number,
			number
		];
		const load = Float32Array.from(data.subarray(offset + 4, offset + numbers.size));
		offset += numbers.size;
		numbers.dispose();
		const problem = problemOf(step, loss, gradNorm);
		return { step, rate, gradNorm, loss, balance, zLoss, load, problem };
	});
}

function problemOf(step: number, loss: number, gradNorm: number): string | null {
	if (Number.isFinite(loss) && Number.isFinite(gradNorm)) return null;
	const what = Number.isFinite(loss) ? 'gradient' : 'loss';
	return (
		`The ${what} of step ${step} is not a finite number, so training stopped with the weights ` +
		`from before that step; a lower learning rate may help.`
	);
}
