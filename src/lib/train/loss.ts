import * as tf from '@tensorflow/tfjs-core';

/**
 * Mean cross-entropy of the next token, in nats per predicted token. Position t predicts token t + 1,
 * so the last position predicts nothing and does not count.
 *
 *     loss = mean over b, t < T−1 of  ln Σ_v exp(logits[b,t,v]) − logits[b,t,tokens[b,t+1]]
 *
 * One custom gradient, (softmax − onehot) / count, in place of one per operation.
 *
 * @param tokens_BT whole numbers in [0, V)
 * @throws RangeError if the shapes do not fit or sequences have fewer than two tokens
 *
 * Source: `ForCausalLMLoss`, huggingface/transformers, loss/loss_utils.py.
 */
export function crossEntropy(logits_BTV: tf.Tensor3D, tokens_BT: tf.Tensor2D): tf.Scalar {
	const [B, T, V] = logits_BTV.shape;
	requireFit(logits_BTV, tokens_BT);
	const count = B * (T - 1);

	const loss = tf.customGrad((logits, save) => {
		const logProbability_NV = tf.logSoftmax(tf.reshape(logits as tf.Tensor, [B * T, V]));
		const target_NV = nextTokens(tokens_BT, V);
		const value = tf.div(tf.neg(tf.sum(tf.mul(logProbability_NV, target_NV))), count);
		(save as tf.GradSaveFunc)([logProbability_NV, target_NV]);
		return { value, gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => gradient(dy, saved) };
	});

	/** (softmax − onehot) / count on the rows that predict, 0 on the last row of each sequence. */
	function gradient(dy: tf.Tensor, [logProbability_NV, target_NV]: tf.Tensor[]): tf.Tensor {
		const predicts_N1 = tf.sum(target_NV!, 1, true);
		const softmax_NV = tf.mul(tf.exp(logProbability_NV!), predicts_N1);
		const scale = tf.div(dy, count);
		return tf.reshape(tf.mul(tf.sub(softmax_NV, target_NV!), scale), [B, T, V]);
	}
	return tf.tidy(() => loss(logits_BTV) as tf.Scalar);
}

/** target_NV: 1 at the token that follows, all zeros where none follows. */
function nextTokens(tokens_BT: tf.Tensor2D, vocabulary: number): tf.Tensor2D {
	const [B, T] = tokens_BT.shape;
	const following = tf.slice(tokens_BT, [0, 1], [B, T - 1]);
	const none = tf.fill([B, 1], -1, 'int32');
	const target_N = tf.reshape(tf.concat([following, none], 1), [B * T]);
	// The wasm backend writes whole numbers into a one-hot whatever type is asked for: cast after.
	return tf.cast(tf.oneHot(tf.cast(target_N, 'int32'), vocabulary), 'float32') as tf.Tensor2D;
}

/**
 * Loss of each predicted token, in nats: how surprised the model was by token t + 1 at position t.
 * For measuring and for pictures; it has no gradient of its own making.
 *
 * @returns [B, T−1]
 * @throws RangeError as `crossEntropy`
 */
export function tokenLosses(logits_BTV: tf.Tensor3D, tokens_BT: tf.Tensor2D): tf.Tensor2D {
	requireFit(logits_BTV, tokens_BT);
	const [B, T, V] = logits_BTV.shape;
	return tf.tidy(() => {
		const logProbability_NV = tf.logSoftmax(tf.reshape(logits_BTV, [B * T, V]));
		const loss_N = tf.neg(tf.sum(tf.mul(logProbability_NV, nextTokens(tokens_BT, V)), 1));
		return tf.slice(tf.reshape(loss_N, [B, T]) as tf.Tensor2D, [0, 0], [B, T - 1]);
	});
}

function requireFit(logits_BTV: tf.Tensor3D, tokens_BT: tf.Tensor2D): void {
	const [B, T] = logits_BTV.shape;
	const [rows, columns] = tokens_BT.shape;
	if (B !== rows || T !== columns) {
		throw new RangeError(`logits for ${B}×${T} tokens do not fit ${rows}×${columns} tokens`);
	}
	if (T < 2) throw new RangeError('a sequence of one token predicts nothing');
}
