import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import type { MathBackendWebGL } from '@tensorflow/tfjs-backend-webgl';
import * as tf from '@tensorflow/tfjs-core';
import type { Counts, Memory } from './contender';

/** Kernels that only name the same numbers anew. */
const FREE = new Set(['Identity', 'Reshape']);

/** What a piece of work asks of TensorFlow.js's backend. */
export async function countKernels(run: () => Promise<void>): Promise<Counts> {
	const drawn = countDraws();
	const { kernels, peakBytes } = await tf.profile(async () => {
		await run();
		return [];
	});
	const names: Record<string, number> = {};
	for (const { name } of kernels) if (!FREE.has(name)) names[name] = (names[name] ?? 0) + 1;
	const sorted = Object.entries(names).sort(([, a], [, b]) => b - a);
	return {
		operations: sorted.reduce((sum, [, count]) => sum + count, 0),
		draws: drawn(),
		peakTensors: kernels.reduce((most, kernel) => Math.max(most, kernel.totalTensorsSnapshot), 0),
		peakBytes,
		names: Object.fromEntries(sorted)
	};
}

/** Counts the programs that WebGL draws from now on; null on other backends. */
function countDraws(): () => number | null {
	if (tf.getBackend() !== 'webgl') return () => null;
	const { gpgpu } = tf.backend() as MathBackendWebGL;
	const draw = gpgpu.executeProgram.bind(gpgpu);
	let draws = 0;
	gpgpu.executeProgram = () => {
		draws++;
		draw();
	};
	return () => {
		gpgpu.executeProgram = draw;
		return draws;
	};
}

/** What TensorFlow.js holds now. */
export function memoryOfTensors(): Memory {
	const { numTensors, numBytes } = tf.memory();
	const heap =
		tf.getBackend() === 'wasm'
			? ((tf.backend() as BackendWasm).wasm as unknown as { HEAPU8: Uint8Array }).HEAPU8.byteLength
			: null;
	return { tensors: numTensors, bytes: numBytes, heap };
}
