import * as tf from '@tensorflow/tfjs-core';
import { arrayKernel } from './arrayKernel';
import { largeKernel } from './largeKernel';

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

/** Layers whose choices one program can read. */
const MOST_LAYERS = 16;

const loadsKernel = largeKernel<string, 'loads', { readonly experts: number }>('Loads', ['loads']);

/**
 * `shareOfChoices` of several layers, one after the other. It has no gradient.
 *
 * @param layers index of each chosen expert in every layer, int32
 * @returns [layers × experts], owned by the caller
 */
export function sharesOfChoices(layers: readonly tf.Tensor2D[], experts: number): tf.Tensor1D {
	const isFew = layers.length > 0 && layers.length <= MOST_LAYERS;
	if (!isFew || !loadsKernel.runsHere()) {
		const loads = layers.map((chosen_NC) => shareOfChoices(chosen_NC, experts));
		const all = loads.length > 0 ? tf.concat1d(loads) : tf.zeros<tf.Rank.R1>([0]);
		tf.dispose(loads);
		return all;
	}
	const inputs = Object.fromEntries(layers.map((chosen, i) => [`c${i}`, chosen]));
	return loadsKernel(inputs, { experts }).loads as tf.Tensor1D;
}

/**
 * Share of the choices that each expert gets; adds up to 1. It has no gradient.
 *
 * @param chosen_NC index of each chosen expert, int32
 * @returns [experts], owned by the caller
 */
export function shareOfChoices(chosen_NC: tf.Tensor2D, experts: number): tf.Tensor1D {
	const [tokens, choices] = chosen_NC.shape;
	return loadKernel({ chosen: chosen_NC }, { tokens, choices, experts }).load as tf.Tensor1D;
}
