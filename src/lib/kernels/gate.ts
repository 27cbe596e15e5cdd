import type * as tf from '@tensorflow/tfjs-core';
import { arrayKernel } from './arrayKernel';
import { exp } from './plain/exp';
import { withGradient } from './withGradient';

type Array32 = Float32Array;

interface Sizes {
	readonly experts: number;
	readonly choices: number;
}

const gateKernel = arrayKernel<{ x: Array32; chosen: Int32Array }, { gate: Array32 }, Sizes>({
	name: 'Gate',
	plan: ({ chosen }) => ({ gate: chosen }),
	run: ({ x, chosen }, { gate }, { experts, choices }) => {
		for (let i = 0; i < gate.length; i++) {
			const logit = x[Math.floor(i / choices) * experts + chosen[i]!]!;
			gate[i] = 1 / (1 + exp(-logit));
		}
	}
});

const gateGradient = arrayKernel<
	{ chosen: Int32Array; gate: Array32; dy: Array32 },
	{ dx: Array32 },
	Sizes
>({
	name: 'GateGradient',
	plan: ({ gate }, { experts }) => ({ dx: [gate[0]!, experts] }),
	run: ({ chosen, gate, dy }, { dx }, { experts, choices }) => {
		dx.fill(0);
		for (let i = 0; i < gate.length; i++) {
			const slope = dy[i]! * gate[i]! * (1 - gate[i]!);
			dx[Math.floor(i / choices) * experts + chosen[i]!]! += slope;
		}
	}
});

/**
 * The sigmoid of each chosen logit by itself.
 *
 * @returns [N, choices], owned by the caller
 *
 * Source: `MoE.forward`, meta-llama/llama-models, models/llama4/moe.py.
 */
export function gates(x_NE: tf.Tensor2D, chosen_NC: tf.Tensor2D): tf.Tensor2D {
	const sizes = { experts: x_NE.shape[1], choices: chosen_NC.shape[1] };
	return withGradient(
		[x_NE],
		() => {
			const gate = gateKernel({ x: x_NE, chosen: chosen_NC }, sizes).gate as tf.Tensor2D;
			return { value: gate, saved: { chosen: chosen_NC, gate } };
		},
		(dy, { chosen, gate }) => [gateGradient({ chosen, gate, dy }, sizes).dx]
	);
}
