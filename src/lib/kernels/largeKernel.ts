import * as tf from '@tensorflow/tfjs-core';

/** Tensors by name; those that are null are left out. */
type Given<Names extends string> = Readonly<Record<Names, tf.Tensor | null>>;

/** A kernel that does the work of a whole part of a layer; not every backend has it. */
export interface LargeKernel<
	Inputs extends string,
	Outputs extends string,
	Attributes,
	Optional extends string = never
> {
	(inputs: Given<Inputs>, attributes: Attributes): Record<Outputs, tf.Tensor> & Given<Optional>;
	/** Whether the backend in use has this kernel. */
	readonly runsHere: () => boolean;
}

/** @param outputs what the kernel makes, in order; the last may be optional and then null */
export function largeKernel<
	Inputs extends string,
	Outputs extends string,
	Attributes extends object,
	Optional extends string = never
>(
	name: string,
	outputs: readonly (Outputs | Optional)[]
): LargeKernel<Inputs, Outputs, Attributes, Optional> {
	const kernelName = `Llamascope${name}`;
	const call = (inputs: Given<Inputs>, attributes: Attributes) => {
		const made = tf.engine().runKernel(kernelName, present(inputs), {
			attributes
		} as unknown as tf.NamedAttrMap) as unknown as readonly tf.Tensor[];
		const named = outputs.map((output, i) => [output, made[i] ?? null]);
		return Object.fromEntries(named) as Record<Outputs, tf.Tensor> & Given<Optional>;
	};
	const runsHere = () => {
		// Asking for the engine's backend starts one where none has started yet.
		tf.backend();
		return Boolean(tf.getKernel(kernelName, tf.getBackend()));
	};
	return Object.assign(call, { runsHere });
}

/** What is not null. */
export function present(
	tensors: Readonly<Record<string, tf.Tensor | null>>
): Record<string, tf.Tensor> {
	const entries = Object.entries(tensors).filter(([, tensor]) => tensor !== null);
	return Object.fromEntries(entries) as Record<string, tf.Tensor>;
}
