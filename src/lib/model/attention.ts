import * as tf from '@tensorflow/tfjs-core';
import type { LayerConfig, ModelConfig } from '$lib/protocol/config';
import { noHook, type Hook } from './hook';
import type { AttentionParams } from './params';
import { rotate } from './rope';

/** Added to a forbidden score before softmax. Finite, so a row can never become NaN. */
const FORBIDDEN = -1e9;

/**
 * Attention of one layer over a normed sequence.
 *
 * Source: `Attention.forward`, meta-llama/llama-models, models/llama4/model.py.
 */
export function attention(
	x_BTD: tf.Tensor3D,
	params: AttentionParams,
	config: ModelConfig,
	layer: LayerConfig,
	hook: Hook = noHook
): tf.Tensor3D {
	return tf.tidy(() => {
		const [B, T, D] = x_BTD.shape;
		const { heads: H, kvHeads: G, headWidth: K } = config;
		const x_ND = tf.reshape(x_BTD, [B * T, D]);
		const q = hook('attention.q', tf.reshape(tf.matMul(x_ND, params.q_DP), [B, T, H * K]));
		const k = hook('attention.k', tf.reshape(tf.matMul(x_ND, params.k_DP), [B, T, G * K]));
		const v = hook('attention.v', tf.reshape(tf.matMul(x_ND, params.v_DP), [B, T, G * K]));
		let q_BTHK = tf.reshape(q, [B, T, H, K]);
		let k_BTGK = tf.reshape(k, [B, T, G, K]);
		if (layer.positions === 'rope') {
			q_BTHK = hook('attention.qRope', rotate(q_BTHK as tf.Tensor4D, 0, config.rope));
			k_BTGK = hook('attention.kRope', rotate(k_BTGK as tf.Tensor4D, 0, config.rope));
			if (config.qkNorm) {
				q_BTHK = hook('attention.qNorm', headNorm(q_BTHK, config.normEps));
				k_BTGK = hook('attention.kNorm', headNorm(k_BTGK, config.normEps));
			}
		} else if (config.attentionScale) {
			const { floorScale, attnScale } = config.attentionScale;
			const scale_T = hook(
				'attention.scale',
				tf.tensor1d(
					Array.from(
						{ length: T },
						(_, p) => 1 + attnScale * Math.log1p(Math.floor((p + 1) / floorScale))
					)
				)
			);
			q_BTHK = tf.mul(q_BTHK, tf.reshape(scale_T, [1, T, 1, 1]));
		}
		const q_BHTK = hook('attention.qFinal', tf.transpose(q_BTHK, [0, 2, 1, 3]));
		const k_BGSK = hook('attention.kFinal', tf.transpose(k_BTGK, [0, 2, 1, 3]));
		const v_BGSK = tf.transpose(tf.reshape(v, [B, T, G, K]), [0, 2, 1, 3]);
		const q_BGRK = tf.reshape(q_BHTK, [B, G, (H / G) * T, K]);
		const mask_TS = hook('attention.mask', maskOf(T, layer, config.chunk));
		const scores = hook(
			'attention.scores',
			tf.reshape(tf.div(tf.matMul(q_BGRK, k_BGSK, false, true), Math.sqrt(K)), [B, H, T, T])
		);
		const bias_TS = tf.mul(tf.sub(1, mask_TS), FORBIDDEN);
		const pattern = hook('attention.pattern', tf.softmax(tf.add(scores, bias_TS)));
		const context = tf.matMul(tf.reshape(pattern, [B, G, (H / G) * T, T]), v_BGSK);
		const context_BTHK = hook(
			'attention.context',
			tf.transpose(tf.reshape(context, [B, H, T, K]), [0, 2, 1, 3])
		);
		const context_NP = tf.reshape(context_BTHK, [B * T, H * K]);
		return hook('attention.out', tf.reshape(tf.matMul(context_NP, params.out_PD), [B, T, D]));
	});
}

function maskOf(T: number, { scope }: LayerConfig, chunk: number): tf.Tensor2D {
	const mask = new Float32Array(T * T);
	for (let query = 0; query < T; query++) {
		const first =
			scope === 'global'
				? 0
				: scope === 'chunked'
					? query - (query % chunk)
					: Math.max(0, query - chunk + 1);
		mask.fill(1, query * T + first, query * T + query + 1);
	}
	return tf.tensor2d(mask, [T, T]);
}

function headNorm<T extends tf.Tensor>(x: T, eps: number): T {
	return tf.tidy(() => tf.mul(x, tf.rsqrt(tf.add(tf.mean(tf.square(x), -1, true), eps))) as T);
}
