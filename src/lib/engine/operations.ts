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
	let operations = 0;
	const count = () => void operations++;
	const stop = tf.getBackend() === 'webgl' ? onDraw(count) : onKernel(count);
	try {
		const result = work();
		return { result, operations };
	} finally {
		stop();
	}
}

/**
 * Tells of every kernel that computes, from now on. A gradient of our own is no kernel: what it calls is.
 *
 * @returns what ends it
 */
export function onKernel(tell: (name: string) => void): () => void {
	const engine = tf.engine();
	const run = engine.runKernel;
	engine.runKernel = ((name, ...rest) => {
		if (!FREE.has(name)) tell(name);
		return run.call(engine, name, ...rest);
	}) as typeof run;
	return () => {
		engine.runKernel = run;
	};
}

/**
 * Tells of every program that WebGL draws from now on.
 *
 * @returns what ends it
 */
export function onDraw(tell: () => void): () => void {
	const { gpgpu } = tf.backend() as MathBackendWebGL;
	const draw = gpgpu.executeProgram;
	gpgpu.executeProgram = () => {
		tell();
		draw.call(gpgpu);
	};
	return () => {
		gpgpu.executeProgram = draw;
	};
}
