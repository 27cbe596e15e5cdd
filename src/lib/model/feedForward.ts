import * as tf from '@tensorflow/tfjs-core';
import type { ModelConfig } from '$lib/protocol/config';
import { noHook, type Hook } from './hook';
import type { FeedForwardParams, MoeParams, NetworkParams } from './params';

/** The feed-forward part of one layer over its normed sequence. */
export function feedForward(
	x_BTD: tf.Tensor3D,
	params: FeedForwardParams,
	config: ModelConfig,
	hook: Hook = noHook
): tf.Tensor3D {
	return tf.tidy(() => {
		const [B, T, D] = x_BTD.shape;
		const x_ND: tf.Tensor2D = tf.reshape(x_BTD, [B * T, D]);
		if (params.kind === 'dense') {
			return hook('dense.out', tf.reshape(network(x_ND, params), [B, T, D]));
		}
		return tf.reshape(mixture(x_ND, params, config, hook), [B, T, D]);
	});
}

function network(x_ND: tf.Tensor2D, { gate_DF, up_DF, down_FD }: NetworkParams): tf.Tensor2D {
	const gate_NF = tf.matMul(x_ND, gate_DF);
	const hidden_NF = tf.mul(tf.mul(gate_NF, tf.sigmoid(gate_NF)), tf.matMul(x_ND, up_DF));
	return tf.matMul(hidden_NF as tf.Tensor2D, down_FD);
}

function mixture(
	x_ND: tf.Tensor2D,
	params: MoeParams,
	config: ModelConfig,
	hook: Hook
): tf.Tensor2D {
	const logits_NE = hook('router.logits', tf.matMul(x_ND, params.router_DE));
	const chosen_NC = hook('router.chosen', tf.topk(logits_NE, config.topK).indices as tf.Tensor2D);
	const E = config.experts;
	const picked_NE = tf.sum(tf.oneHot(chosen_NC, E, 1, 0, 'float32'), 1);
	const open_NE =
		config.variants.router === 'sigmoid' ? tf.sigmoid(logits_NE) : tf.softmax(logits_NE);
	const gate_NE = hook('router.gate', tf.mul(open_NE, picked_NE));
	const [N, D] = x_ND.shape;
	const x_END = tf.mul(
		tf.reshape(x_ND, [1, N, D]),
		tf.reshape(tf.transpose(config.variants.gate === 'input' ? gate_NE : picked_NE), [E, N, 1])
	);
	const hidden_ENF = tf.matMul(x_END, params.gateUp_EDF);
	const [gate_ENF, up_ENF] = tf.split(hidden_ENF, 2, 2) as [tf.Tensor3D, tf.Tensor3D];
	let out_END = tf.matMul(tf.mul(tf.mul(gate_ENF, tf.sigmoid(gate_ENF)), up_ENF), params.down_EFD);
	if (config.variants.gate === 'output') {
		out_END = tf.mul(out_END, tf.reshape(tf.transpose(gate_NE), [E, N, 1]));
	}
	const routed_ND = hook('experts.routed', tf.sum(out_END, 0) as tf.Tensor2D);
	const shared_ND = hook('experts.shared', network(x_ND, params.shared));
	return hook('experts.out', tf.add(routed_ND, shared_ND));
}
