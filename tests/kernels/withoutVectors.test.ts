import * as tf from '@tensorflow/tfjs-core';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { describe, expect, test, vi } from 'vitest';
import { arraysOf } from '$lib/kernels/arrayBackend';
import { plainLoops } from '$lib/kernels/loops';
import { useBackend } from '../tensors';
import { testGradients } from './operations';

/** A browser that has WebAssembly and no vector instructions; once `wasm` has started it stays so. */
async function useWasmWithoutVectors(): Promise<void> {
	tf.env().set('WASM_HAS_SIMD_SUPPORT', false);
	vi.spyOn(WebAssembly, 'validate').mockReturnValue(false);
	await useBackend('wasm');
}

describe('on wasm without vector instructions', () => {
	test('plain loops compute', async () => {
		await useWasmWithoutVectors();
		expect(arraysOf(tf.backend() as BackendWasm).loops).toBe(plainLoops);
	});

	testGradients(useWasmWithoutVectors);
});
