import type { MathBackendWebGL } from '@tensorflow/tfjs-backend-webgl';
import * as tf from '@tensorflow/tfjs-core';

/** Kernels that only name the same numbers anew. */
const FREE: ReadonlySet<string> = new Set(['Identity', 'Reshape']);

/**
 * Runs `work` and counts what it asks of the backend: programs drawn on a graphics processor, kernels
 * elsewhere. At toy sizes this number decides the time, not the arithmetic. Counting costs nothing
 * that could be measured.
 *
 * @param work nothing asynchronous: what it starts later is not counted
 */
export function countOperations<T>(work: () => T): { result: T; operations: number } {
	return tf.getBackend() === 'webgl' ? countDraws(work) : countKernels(work);
}

function countDraws<T>(work: () => T): { result: T; operations: number } {
	const { gpgpu } = tf.backend() as MathBackendWebGL;
	const draw = gpgpu.executeProgram;
	let operations = 0;
	gpgpu.executeProgram = () => {
		operations++;
		draw.call(gpgpu);
	};
	try {
		return { result: work(), operations };
	} finally {
		gpgpu.executeProgram = draw;
	}
}

function countKernels<T>(work: () => T): { result: T; operations: number } {
	const engine = tf.engine();
	const run = engine.runKernel;
	let operations = 0;
	engine.runKernel = ((name, ...rest) => {
		if (!FREE.has(name)) operations++;
		return run.call(engine, name, ...rest);
	}) as typeof run;
	try {
		return { result: work(), operations };
	} finally {
		engine.runKernel = run;
	}
}
