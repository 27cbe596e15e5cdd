import * as tf from '@tensorflow/tfjs-core';
import { crossEntropy } from '$lib/kernels/crossEntropy';

/**
 * Mean cross-entropy of the next token, in nats per predicted token. Position t predicts token t + 1,
 * so the last position predicts nothing and does not count.
 *
 *     loss = mean over b, t < T−1 of  ln Σ_v exp(logits[b,t,v]) − logits[b,t,tokens[b,t+1]]
 *
 * @param tokens_BT token ids, int32
 * @param scored positions whose tokens count, from 1; all where absent
 * @returns a scalar, owned by the caller
 * @throws RangeError if the shapes do not fit or sequences have fewer than two tokens
 *
 * Source: `ForCausalLMLoss`, huggingface/transformers, loss/loss_utils.py.
 */
export function nextTokenLoss(
	logits_BTV: tf.Tensor3D,
	tokens_BT: tf.Tensor2D,
	scored?: readonly number[]
): tf.Scalar {
	const [B, T] = logits_BTV.shape;
	const count = B * (scored?.length ?? T - 1);
	return tf.tidy(() => tf.div(tf.sum(losses(logits_BTV, tokens_BT, scored)), count));
}

/**
 * Loss of each predicted token, in nats: how surprised the model was by token t + 1 at position t.
 *
 * @returns [B, T−1], owned by the caller
 * @throws RangeError as `nextTokenLoss`
 */
export function tokenLosses(logits_BTV: tf.Tensor3D, tokens_BT: tf.Tensor2D): tf.Tensor2D {
	const [B, T] = logits_BTV.shape;
	return tf.tidy(() => {
		const loss_BT: tf.Tensor2D = tf.reshape(losses(logits_BTV, tokens_BT), [B, T]);
		return tf.slice(loss_BT, [0, 0], [B, T - 1]);
	});
}

/** Loss of each position, flattened, 0 at the last one of each sequence and where nothing is scored. */
function losses(
	logits_BTV: tf.Tensor3D,
	tokens_BT: tf.Tensor2D,
	scored?: readonly number[]
): tf.Tensor1D {
	requireFit(logits_BTV, tokens_BT);
	const [B, T, V] = logits_BTV.shape;
	// A negative target counts as none.
	const none_B1 = tf.fill([B, 1], -1, 'int32');
	const targets_BT = tf.concat([tf.slice(tokens_BT, [0, 1], [B, T - 1]), none_B1], 1);
	const counted_BT = scored ? tf.where(scoredMask(scored, B, T), targets_BT, -1) : targets_BT;
	const targets_N = tf.cast<tf.Tensor1D>(tf.reshape(counted_BT, [B * T]), 'int32');
	return crossEntropy(tf.reshape(logits_BTV, [B * T, V]), targets_N);
}

/** True at the positions from which a scored token is predicted. */
function scoredMask(scored: readonly number[], B: number, T: number): tf.Tensor2D {
	const mask = new Uint8Array(B * T);
	for (const position of scored) {
		if (!(Number.isInteger(position) && position > 0 && position < T)) {
			throw new RangeError(`position ${position} is not predicted in a sequence of ${T} tokens`);
		}
		for (let row = 0; row < B; row++) mask[row * T + position - 1] = 1;
	}
	return tf.tensor2d(mask, [B, T], 'bool');
}

function requireFit(logits_BTV: tf.Tensor3D, tokens_BT: tf.Tensor2D): void {
	const [B, T] = logits_BTV.shape;
	const [rows, columns] = tokens_BT.shape;
	if (B !== rows || T !== columns) {
		throw new RangeError(`logits for ${B}×${T} tokens do not fit ${rows}×${columns} tokens`);
	}
	if (T < 2) throw new RangeError('a sequence of one token predicts nothing');
}
