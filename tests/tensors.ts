/** What tests of the tensor wing share: backends of Node, closeness, leaks. */
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import '$lib/kernels/boot';
import * as tf from '@tensorflow/tfjs-core';
import { expect } from 'vitest';

/** The backends that run in Node. */
export const NODE_BACKENDS = ['cpu', 'wasm'] as const;

/** Switches to a backend, or fails the test. */
export async function useBackend(name: string): Promise<void> {
	tf.enableProdMode();
	expect(await tf.setBackend(name), `backend ${name}`).toBe(true);
}

/** Runs `body` and fails if it leaves more tensors behind than it found. */
export async function expectNoLeak(body: () => void | Promise<void>): Promise<void> {
	const before = tf.memory().numTensors;
	await body();
	expect(tf.memory().numTensors - before, 'tensors left behind').toBe(0);
}

/** Fails unless each number is within `tolerance` of the expected one. */
export function expectClose(
	actual: ArrayLike<number>,
	expected: ArrayLike<number>,
	tolerance = 1e-6
): void {
	expect(actual.length).toBe(expected.length);
	for (let i = 0; i < actual.length; i++) {
		const gap = Math.abs(actual[i]! - expected[i]!);
		expect(gap, `number ${i}: ${actual[i]} against ${expected[i]}`).toBeLessThanOrEqual(tolerance);
	}
}
