import type { MathBackendWebGL } from '@tensorflow/tfjs-backend-webgl';
import * as tf from '@tensorflow/tfjs-core';
import { draw, mostMade } from './painter';
import type { Drawing } from './program';

/** Draws programs for one kernel call. */
export interface Easel {
	/** Runs a program and gives the tensor that it made. */
	readonly draw: (drawing: Drawing) => tf.TensorInfo;
	/** Runs a program and gives all tensors that it made. */
	readonly drawAll: (drawing: Drawing) => tf.TensorInfo[];
	/** Tensors that one program can make here; every WebGL 2 can draw into 4 at once. */
	readonly mostMade: number;
	/** Lets go of what the kernel needed only for itself. */
	readonly free: (...infos: readonly tf.TensorInfo[]) => void;
}

type Infos<Names extends string> = Readonly<Record<Names, tf.TensorInfo>>;

/**
 * Registers the WebGL form of a kernel that `arrayKernel` declares: the same name, inputs and
 * attributes. It returns the outputs in the order of the kernel's plan, without the scratch; what
 * only the gradient reads may have another form here.
 */
export function glKernel<Inputs extends string, Attributes extends object>(
	name: string,
	run: (inputs: Infos<Inputs>, attributes: Attributes, easel: Easel) => tf.TensorInfo[]
): void {
	const kernelName = `Llamascope${name}`;
	// A module that is loaded again in the same page registers its newest version.
	if (tf.getKernel(kernelName, 'webgl')) tf.unregisterKernel(kernelName, 'webgl');
	tf.registerKernel({
		kernelName,
		backendName: 'webgl',
		kernelFunc: ({ inputs, attrs, backend }) => {
			const webgl = backend as MathBackendWebGL;
			const { attributes } = attrs as unknown as { attributes: Attributes };
			return run(inputs as Infos<Inputs>, attributes, {
				draw: (drawing) => draw(webgl, drawing)[0]!,
				drawAll: (drawing) => draw(webgl, drawing),
				mostMade: mostMade(webgl.gpgpu),
				free: (...infos) => infos.forEach((info) => webgl.disposeIntermediateTensorInfo(info))
			});
		}
	});
}
