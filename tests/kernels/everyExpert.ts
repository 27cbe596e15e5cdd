import * as tf from '@tensorflow/tfjs-core';
import type { RoutedInputs } from '$lib/kernels/routedExperts';

/**
 * `routedExperts` as a composition of TensorFlow.js: every expert on every token, with zero for the
 * tokens it was not chosen by. The same numbers, because an expert answers zero with zero.
 */
export function everyExpert(
	{ x_ND, gate_NC, chosen_NC, gateUp_EDF, down_EFD }: RoutedInputs,
	gateOn: 'input' | 'output'
): tf.Tensor2D {
	return tf.tidy(() => {
		const [N, D] = x_ND.shape;
		const [E] = gateUp_EDF.shape;
		// On wasm, `tf.oneHot` gives whole numbers whatever type is asked for.
		const isChosen_NCE = tf.cast(tf.oneHot(chosen_NC, E), 'float32');
		const column_END1 = (share_NE: tf.Tensor) => tf.reshape(tf.transpose(share_NE), [E, N, 1]);
		const gate_EN1 = column_END1(tf.sum(tf.mul(isChosen_NCE, tf.expandDims(gate_NC, 2)), 1));
		const share_EN1 = gateOn === 'input' ? gate_EN1 : column_END1(tf.sum(isChosen_NCE, 1));
		const x_END = tf.mul(tf.reshape(x_ND, [1, N, D]), share_EN1);
		const [gated_ENF, raised_ENF] = tf.split(tf.matMul(x_END, gateUp_EDF), 2, 2) as [
			tf.Tensor3D,
			tf.Tensor3D
		];
		const inner_ENF = tf.mul(tf.mul(gated_ENF, tf.sigmoid(gated_ENF)), raised_ENF);
		const y_END = tf.matMul(inner_ENF, down_EFD);
		return tf.sum(gateOn === 'input' ? y_END : tf.mul(y_END, gate_EN1), 0);
	});
}
