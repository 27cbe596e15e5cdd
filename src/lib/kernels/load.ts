import * as tf from '@tensorflow/tfjs-core';
import { arrayKernel } from './arrayKernel';
import { marks } from './marks';

const loadKernel = arrayKernel<
	{ chosen: Int32Array },
	{ load: Float32Array },
	{ tokens: number; choices: number; experts: number }
>({
	name: 'Load',
	plan: (_shapes, { experts }) => ({ load: [experts] }),
	run: ({ chosen }, { load }) => {
		load.fill(0);
		for (const expert of chosen) load[expert]!++;
		for (let e = 0; e < load.length; e++) load[e]! /= chosen.length;
	}
});

/**
 * Share of the choices that each expert gets; adds up to 1. It has no gradient.
 *
 * @param chosen_NC index of each chosen expert, int32
 * @returns [experts], owned by the caller
 */
export function shareOfChoices(chosen_NC: tf.Tensor2D, experts: number): tf.Tensor1D {
	const [tokens, choices] = chosen_NC.shape;
	if (!loadKernel.runsHere()) return tf.tidy(() => tf.mean(marks(chosen_NC, experts), [0, 1]));
	return loadKernel({ chosen: chosen_NC }, { tokens, choices, experts }).load as tf.Tensor1D;
}
