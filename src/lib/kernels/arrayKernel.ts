/**
 * Operations written once as loops over plain arrays, for the two backends that keep their numbers
 * in memory: `cpu` (JavaScript arrays) and `wasm` (one heap). At toy sizes the number of operations
 * costs more than their arithmetic, so one loop that does the work of ten is the fastest way.
 *
 * The folder webgl/ registers kernels of the same names for a graphics processor. An operation that
 * has none there asks `kernel.runsHere()` and otherwise composes TensorFlow.js.
 */
import * as tf from '@tensorflow/tfjs-core';
import { ARRAY_BACKENDS, arraysOf, type ArrayBackend, type Numbers } from './arrayBackend';
import type { Loops } from './loops';

/** Shape of an array that a kernel fills: float32, or int32 where said. */
export type ArrayPlan = readonly number[] | { readonly int32: readonly number[] };

type Shapes<Names> = { readonly [Name in keyof Names]: readonly number[] };
type Plans<Names> = { readonly [Name in keyof Names]: ArrayPlan };
type Tensors<Names> = { readonly [Name in keyof Names]: tf.Tensor };
type Arrays<Names> = Record<keyof Names, Numbers>;

export interface ArrayKernel<Inputs, Outputs, Attributes> {
	readonly name: string;
	/** Shape of everything that the kernel makes. */
	readonly plan: (shapes: Shapes<Inputs>, attributes: Attributes) => Plans<Outputs>;
	/** Those of the outputs that are only room to work in and are thrown away afterwards. */
	readonly scratch?: readonly (keyof Outputs & string)[];
	/** Fills every number of the outputs, which start with whatever was in memory. */
	readonly run: (inputs: Inputs, outputs: Outputs, attributes: Attributes, loops: Loops) => void;
}

/** A registered kernel: tensors in, new tensors out, without a gradient. */
export interface KernelCall<Inputs, Outputs, Attributes> {
	(inputs: Tensors<Inputs>, attributes: Attributes): Tensors<Outputs>;
	/** Whether the backend in use has this kernel. */
	readonly runsHere: () => boolean;
}

/** What travels through TensorFlow's engine besides the tensors. */
interface Call<Outputs, Attributes> {
	readonly plans: Plans<Outputs>;
	readonly attributes: Attributes;
}

/** Registers a kernel for the array backends and returns the function that runs it. */
export function arrayKernel<
	Inputs extends Arrays<Inputs>,
	Outputs extends Arrays<Outputs>,
	Attributes extends object = object
>(kernel: ArrayKernel<Inputs, Outputs, Attributes>): KernelCall<Inputs, Outputs, Attributes> {
	const kernelName = `Llamascope${kernel.name}`;
	for (const backendName of ARRAY_BACKENDS) {
		// A module that is loaded again in the same page registers its newest version.
		if (tf.getKernel(kernelName, backendName)) tf.unregisterKernel(kernelName, backendName);
		tf.registerKernel({
			kernelName,
			backendName,
			setupFunc: (backend) => void arraysOf(backend as tf.KernelBackend),
			kernelFunc: ({ inputs, attrs, backend }) =>
				fill(
					kernel,
					inputs as Record<string, tf.TensorInfo>,
					attrs as unknown as Call<Outputs, Attributes>,
					arraysOf(backend as tf.KernelBackend)
				)
		});
	}
	const call = (inputs: Tensors<Inputs>, attributes: Attributes) => {
		const plans = kernel.plan(shapesOf(inputs), attributes);
		const made = tf.engine().runKernel(kernelName, { ...inputs }, {
			plans,
			attributes
		} as unknown as tf.NamedAttrMap) as unknown;
		const names = Object.keys(plans).filter((name) => !isScratch(kernel, name));
		const tensors = made as readonly tf.Tensor[];
		return Object.fromEntries(names.map((name, i) => [name, tensors[i]])) as Tensors<Outputs>;
	};
	return Object.assign(call, { runsHere: () => isRegistered(kernelName) });
}

function isRegistered(kernelName: string): boolean {
	// Asking for the engine's backend starts one where none has started yet.
	tf.backend();
	return Boolean(tf.getKernel(kernelName, tf.getBackend()));
}

function isScratch<I, O, A>({ scratch }: ArrayKernel<I, O, A>, name: string): boolean {
	return scratch?.some((other) => other === name) ?? false;
}

function shapesOf<Names>(tensors: Tensors<Names>): Shapes<Names> {
	const entries = Object.entries<tf.Tensor>(tensors as Record<string, tf.Tensor>);
	return Object.fromEntries(
		entries.map(([name, { shape }]) => [name, shape])
	) as unknown as Shapes<Names>;
}

/** Makes room for the outputs, fills them and lets the scratch arrays go. */
function fill<Inputs, Outputs, Attributes>(
	kernel: ArrayKernel<Inputs, Outputs, Attributes>,
	inputs: Record<string, tf.TensorInfo>,
	{ plans, attributes }: Call<Outputs, Attributes>,
	arrays: ArrayBackend
): tf.TensorInfo[] {
	const made = Object.entries<ArrayPlan>(plans as Record<string, ArrayPlan>).map(
		([name, plan]): [string, tf.TensorInfo] => [
			name,
			'int32' in plan ? arrays.make(plan.int32, 'int32') : arrays.make(plan, 'float32')
		]
	);
	const view = (infos: [string, tf.TensorInfo][]) =>
		Object.fromEntries(infos.map(([name, info]) => [name, arrays.view(info)]));
	try {
		// Views are taken after all room is made: making room may move the heap.
		const [from, to] = [view(Object.entries(inputs)) as Inputs, view(made) as Outputs];
		kernel.run(from, to, attributes, arrays.loops);
	} catch (error) {
		for (const [, info] of made) arrays.free(info);
		throw error;
	}
	for (const [name, info] of made) if (isScratch(kernel, name)) arrays.free(info);
	return made.filter(([name]) => !isScratch(kernel, name)).map(([, info]) => info);
}
