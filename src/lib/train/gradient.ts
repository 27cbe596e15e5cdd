import * as tf from '@tensorflow/tfjs-core';
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
	const routers: RouterView[] = [];
	const aim = objective(forward(params, config, tokens_BT, watchRouters(routers)), tokens_BT);
	const loads = routers.map(({ chosen_NC }) => expertLoad(chosen_NC, config.experts));
	const balance =
		balanceWeight > 0 ? meanOf(routers.map((r, i) => balanceLoss(r.logits_NE, loads[i]!))) : null;
	const z = zWeight > 0 ? meanOf(routers.map((r) => routerZLoss(r.logits_NE))) : null;
	tf.dispose(routers.flatMap(({ logits_NE, chosen_NC }) => [logits_NE, chosen_NC]));

	let loss = aim;
	if (balance) loss = tf.add(loss, tf.mul(balance, balanceWeight));
	if (z) loss = tf.add(loss, tf.mul(z, zWeight));
	const off = tf.scalar(0);
	return {
		loss,
		numbers: tf.concat([tf.stack([aim, balance ?? off, z ?? off]), ...loads]) as tf.Tensor1D
	};
}

/** What a router computed in one MoE layer. */
interface RouterView {
	logits_NE: tf.Tensor2D;
	chosen_NC: tf.Tensor2D;
}

/** Hooks that keep logits and choices of every MoE layer, in layer order; whoever asks frees them. */
function watchRouters(seen: RouterView[]): LayerHooks {
	const keep = (tensor: tf.Tensor) => tf.keep(tf.clone(tensor)) as tf.Tensor2D;
	return () => {
		const view: Partial<RouterView> = {};
		return hookAt(['router.logits', 'router.chosen'], (point, tensor) => {
			if (point === 'router.logits') view.logits_NE = keep(tensor);
			else view.chosen_NC = keep(tensor);
			const { logits_NE, chosen_NC } = view;
			if (logits_NE && chosen_NC) seen.push({ logits_NE, chosen_NC });
			return tensor;
		});
	};
}

/** The mean of some scalars; 0 of none. */
function meanOf(values: readonly tf.Scalar[]): tf.Scalar {
	return values.length === 0 ? tf.scalar(0) : tf.mean(tf.stack([...values]));
}
