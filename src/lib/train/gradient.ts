import * as tf from '@tensorflow/tfjs-core';
import { joined } from '$lib/kernels/join';
import { sharesOfChoices } from '$lib/kernels/load';
import { forward } from '$lib/model/forward';
import { hookAt, type LayerHooks } from '$lib/model/hook';
import type { Params } from '$lib/model/params';
import { leafNames, leaves, withLeaves } from '$lib/model/tree';
import type { ModelConfig, TrainConfig } from '$lib/protocol/config';
import { balanceLoss, expertLoad, routerZLoss } from './balance';
import { nextTokenLoss } from './loss';

/**
 * What a model learns, from the logits of a batch: a mean in nats per predicted token. The losses that
 * look after the router come on top.
 */
export type Objective = (logits_BTV: tf.Tensor3D, tokens_BT: tf.Tensor2D) => tf.Scalar;

export interface LossGradients {
	/** What is minimised: the objective plus the weighted balance and z-loss. */
	loss: tf.Scalar;
	/** Gradient by every weight in the order of `leaves`; null for a frozen one. */
	grads: (tf.Tensor | null)[];
	/**
	 * The objective, balance loss and z-loss (each a mean over MoE layers, unweighted, 0 where off),
	 * then the load of each MoE layer, E shares per layer.
	 */
	measured: tf.Tensor1D;
}

/**
 * The loss of a batch and its gradient. The caller owns every tensor of the answer.
 *
 * @param train whether the router learns, and the weights of the losses
 * @param objective what is learned; the next token unless told
 */
export function lossGradients(
	params: Params,
	config: ModelConfig,
	train: Pick<TrainConfig, 'freezeRouter' | 'balanceWeight' | 'zWeight' | 'scored'>,
	tokens_BT: tf.Tensor2D,
	objective: Objective = (logits_BTV, batch_BT) => nextTokenLoss(logits_BTV, batch_BT, train.scored)
): LossGradients {
	const weights = leaves(params);
	const learns = leafNames(params).map((name) => !(train.freezeRouter && isRouter(name)));
	// The forward scope frees whatever it computes beside the loss: what is measured must be kept.
	let measured: tf.Tensor1D | undefined;

	const { value, grads } = tf.valueAndGrads((...learned: tf.Tensor[]) => {
		const all = merge(weights, learns, learned);
		const { loss, numbers } = losses(withLeaves(params, all), config, train, tokens_BT, objective);
		measured = tf.keep(numbers);
		return loss;
	})(weights.filter((_, i) => learns[i]));

	const none = weights.map(() => null);
	return { loss: value, grads: merge(none, learns, grads), measured: measured! };
}

function isRouter(name: string): boolean {
	return name.endsWith('.router_DE');
}

/** `values` in the places that `takes` names, `others` elsewhere. */
function merge<T>(others: readonly T[], takes: readonly boolean[], values: readonly tf.Tensor[]) {
	let next = 0;
	return others.map((other, i) => (takes[i] ? values[next++]! : other));
}

function losses(
	params: Params,
	config: ModelConfig,
	{ balanceWeight, zWeight }: Pick<TrainConfig, 'balanceWeight' | 'zWeight'>,
	tokens_BT: tf.Tensor2D,
	objective: Objective
): { loss: tf.Scalar; numbers: tf.Tensor1D } {
	const seen: RouterViews = { chosen: [], logits: [] };
	const hooks = watchRouters(seen, balanceWeight > 0 || zWeight > 0);
	const aim = objective(forward(params, config, tokens_BT, hooks), tokens_BT);
	const { experts } = config;
	const balances = () =>
		seen.logits.map((logits, i) => balanceLoss(logits, expertLoad(seen.chosen[i]!, experts)));
	const balance = balanceWeight > 0 ? meanOf(balances()) : null;
	const z = zWeight > 0 ? meanOf(seen.logits.map((logits) => routerZLoss(logits))) : null;
	const loads = sharesOfChoices(seen.chosen, experts);
	tf.dispose([...seen.chosen, ...seen.logits]);

	let loss = aim;
	if (balance) loss = tf.add(loss, tf.mul(balance, balanceWeight));
	if (z) loss = tf.add(loss, tf.mul(z, zWeight));
	return { loss, numbers: joined([aim, balance, z, loads]) };
}

/** What the routers of the MoE layers computed, in layer order. */
interface RouterViews {
	readonly chosen: tf.Tensor2D[];
	/** Empty where no loss asks for them. */
	readonly logits: tf.Tensor2D[];
}

/** Hooks that keep choices, and logits where asked for; whoever asks frees them. */
function watchRouters(seen: RouterViews, needsLogits: boolean): LayerHooks {
	const hook = hookAt(
		needsLogits ? ['router.logits', 'router.chosen'] : ['router.chosen'],
		(point, tensor) => {
			const kept = tf.keep(tf.clone(tensor)) as unknown as tf.Tensor2D;
			(point === 'router.logits' ? seen.logits : seen.chosen).push(kept);
			return tensor;
		}
	);
	return () => hook;
}

/** The mean of some scalars; 0 of none. */
function meanOf(values: readonly tf.Scalar[]): tf.Scalar {
	return values.length === 0 ? tf.scalar(0) : tf.mean(tf.stack([...values]));
}
