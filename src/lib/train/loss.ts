import * as tf from '@tensorflow/tfjs-core';
import { crossEntropy } from '$lib/kernels/crossEntropy';
import { meanNextTokenLoss, nextTargets } from '$lib/kernels/nextTokenLoss';

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
	requireFit(logits_BTV, tokens_BT);
	const [B, T, V] = logits_BTV.shape;
	return tf.tidy(() => {
		if (!scored) return meanNextTokenLoss(tf.reshape(logits_BTV, [B * T, V]), tokens_BT);
		return tf.div(tf.sum(losses(logits_BTV, tokens_BT, scored)), B * scored.length);
	});
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
	const targets_N = nextTargets(tokens_BT);
	// A negative target counts as none.
	const counted_N = scored ? tf.where(scoredMask(scored, B, T), targets_N, -1) : targets_N;
	return crossEntropy(tf.reshape(logits_BTV, [B * T, V]), tf.cast(counted_N, 'int32'));
}

/** True at the positions from which a scored token is predicted. */
function scoredMask(scored: readonly number[], B: number, T: number): tf.Tensor1D {
	const mask = new Uint8Array(B * T);
	for (const position of scored) {
		if (!(Number.isInteger(position) && position > 0 && position < T)) {
			throw new RangeError(`position ${position} is not predicted in a sequence of ${T} tokens`);
		}
		for (let row = 0; row < B; row++) mask[row * T + position - 1] = 1;
	}
	return tf.tensor1d(mask, 'bool');
}

function requireFit(logits_BTV: tf.Tensor3D, tokens_BT: tf.Tensor2D): void {
	const [B, T] = logits_BTV.shape;
	const [rows, columns] = tokens_BT.shape;
	if (B !== rows || T !== columns) {
		throw new RangeError(`logits for ${B}×${T} tokens do not fit ${rows}×${columns} tokens`);
	}
	if (T < 2) throw new RangeError('a sequence of one token predicts nothing');
}
