import * as tf from '@tensorflow/tfjs-core';

type Named = Readonly<Record<string, tf.Tensor>>;

/**
 * An operation whose gradient is written by hand.
 *
 * @param inputs what it is differentiated by, all float32
 * @param forward computes the value, and names what the gradient will need (inputs too)
 * @param backward from dy and what was saved: one gradient per input, in their order
 * @returns the value, owned by the caller
 */
export function withGradient<Value extends tf.Tensor, Saved extends Named>(
	inputs: readonly tf.Tensor[],
	forward: () => { value: Value; saved: Saved },
	backward: (dy: Value, saved: Saved) => readonly tf.Tensor[]
): Value {
	const operation = tf.customGrad<Value>((...given) => {
		const save = given.at(-1) as tf.GradSaveFunc;
		const { value, saved } = forward();
		const names = Object.keys(saved);
		save(Object.values(saved));
		const gradFunc = (dy: Value, kept: tf.Tensor[]) => {
			const named = Object.fromEntries(names.map((name, i) => [name, kept[i]]));
			return [...backward(dy, named as Saved)];
		};
		return { value, gradFunc };
	});
	return operation(...inputs);
}

/** A value that gradients treat as a constant, whatever it was computed from. */
export function withoutGradient<Value extends tf.Tensor>(compute: () => Value): Value {
	return withGradient(
		[],
		() => ({ value: compute(), saved: {} }),
		() => []
	);
}
