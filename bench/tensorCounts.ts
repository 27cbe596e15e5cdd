import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import { onDraw, onKernel } from '$lib/engine/operations';
import type { Counts, Memory } from './contender';

/**
 * What a piece of work asks of TensorFlow.js's backend. It runs twice: the profile that tells of peaks
 * reads every result back, and reading draws programs of its own on WebGL.
 */
export async function countKernels(run: () => Promise<void>): Promise<Counts> {
	const names: Record<string, number> = {};
	let draws = 0;
	const isDrawn = tf.getBackend() === 'webgl';
	const stops = [
		onKernel((name) => (names[name] = (names[name] ?? 0) + 1)),
		...(isDrawn ? [onDraw(() => draws++)] : [])
	];
	try {
		await run();
	} finally {
		for (const stop of stops) stop();
	}
	const { kernels, peakBytes } = await tf.profile(async () => {
		await run();
		return [];
	});
	const sorted = Object.entries(names).sort(([, a], [, b]) => b - a);
	return {
		operations: sorted.reduce((sum, [, count]) => sum + count, 0),
		draws: isDrawn ? draws : null,
		peakTensors: kernels.reduce((most, kernel) => Math.max(most, kernel.totalTensorsSnapshot), 0),
		peakBytes,
		names: Object.fromEntries(sorted)
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
