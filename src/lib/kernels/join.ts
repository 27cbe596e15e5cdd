import * as tf from '@tensorflow/tfjs-core';
import { largeKernel } from './largeKernel';

/** Most tensors that one program can read. */
const MOST = 15;

const joinKernel = largeKernel<string, 'joined', { readonly places: readonly number[] }>('Join', [
	'joined'
]);

/**
 * Small tensors one after the other, row-major. It has no gradient.
 *
 * @param parts null counts as one 0
 * @returns a vector, owned by the caller
 */
export function joined(parts: readonly (tf.Tensor | null)[]): tf.Tensor1D {
	// A model without routers has no loads: a tensor without numbers, and without a texture.
	const given = parts.filter((part) => part !== null && part.size > 0) as tf.Tensor[];
	if (given.length > MOST || !joinKernel.runsHere()) {
		return tf.tidy(() =>
			tf.concat(parts.map((part) => (part ? tf.reshape(part, [part.size]) : tf.zeros([1]))))
		);
	}
	let place = 0;
	const places = parts.map((part) => (place += part?.size ?? 1));
	const starts = parts.flatMap((part, i) =>
		part && part.size > 0 ? [places[i]! - part.size] : []
	);
	const inputs = Object.fromEntries(given.map((part, i) => [`p${i}`, part]));
	return joinKernel(inputs, { places: [...starts, place] }).joined as tf.Tensor1D;
}
