import type * as tf from '@tensorflow/tfjs-core';
import { expertsGradient, expertsKernel } from './expertLoops';
import { withGradient } from './withGradient';

/** What each token's experts get and give. */
export interface RoutedInputs {
	/** Tokens. */
	readonly x_ND: tf.Tensor2D;
	/** Gate of each choice of a token. */
	readonly gate_NC: tf.Tensor2D;
	/** Index of the expert of each choice, int32. */
	readonly chosen_NC: tf.Tensor2D;
	/** Gate (first half of the columns) and up matrices of all experts. */
	readonly gateUp_EDF: tf.Tensor3D;
	readonly down_EFD: tf.Tensor3D;
}

/**
 * The routed part of a mixture of experts, dropless: `Σ over choices of Expert(gate · x)`, with
 * `Expert(z) = (silu(z · gate) · (z · up)) · down`. No token is dropped and none is computed by an
 * expert that it did not choose; an expert without tokens gets a gradient of exactly 0.
 *
 * Rows are sorted by expert, each expert multiplies its own rows, and the results go back to their
 * tokens: the multiplications do not grow with the number of experts.
 *
 * @param gateOn `output` multiplies the expert's answer in place of its input; not Llama 4
 * @returns [N, D], owned by the caller
 *
 * Source: `MoE.forward`, meta-llama/llama-models, models/llama4/moe.py.
 */
export function routedExperts(
	inputs: RoutedInputs,
	gateOn: 'input' | 'output' = 'input'
): tf.Tensor2D {
	const { x_ND: x, gate_NC: gate, chosen_NC: chosen, gateUp_EDF: gateUp, down_EFD: down } = inputs;
	const [experts, width, both] = gateUp.shape;
	const choices = chosen.shape[1];
	const rows = chosen.size;
	const sizes = { rows, choices, experts, width, hidden: both / 2, gateOn };
	return withGradient(
		[x, gate, gateUp, down],
		() => {
			const { y, ...kept } = expertsKernel({ x, gate, chosen, gateUp, down }, sizes);
			return { value: y as tf.Tensor2D, saved: { x, gate, gateUp, down, ...kept } };
		},
		(dy, saved) => {
			const { dx, dGate, dGateUp, dDown } = expertsGradient({ ...saved, dy }, sizes);
			return [dx, dGate, dGateUp, dDown];
		}
	);
}
