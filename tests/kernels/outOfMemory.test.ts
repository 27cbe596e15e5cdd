import * as tf from '@tensorflow/tfjs-core';
import { afterEach, expect, test, vi } from 'vitest';
import { matMul } from '$lib/kernels/matMul';
import { guardMemory, OutOfMemory } from '$lib/kernels/outOfMemory';
import { useBackend } from '../tensors';

afterEach(() => vi.restoreAllMocks());

/** `wasm` in a browser that gives no more memory than it has given so far. */
async function useFullMemory(): Promise<void> {
	await useBackend('wasm');
	vi.spyOn(WebAssembly.Memory.prototype, 'grow').mockImplementation(() => {
		throw new RangeError('no more memory');
	});
}

test('an allocator without room throws, and one with room answers as before', () => {
	const heap = { _malloc: (bytes: number) => (bytes === 0 || bytes > 8 ? 0 : 64) };
	guardMemory(heap);
	expect(heap._malloc(8)).toBe(64);
	expect(() => heap._malloc(12)).toThrow(OutOfMemory);
	// A tensor without numbers needs no room.
	expect(heap._malloc(0)).toBe(0);
});

test.each([
	['a tensor from numbers', () => tf.tensor1d(new Float32Array(4e7))],
	["an operation of TensorFlow's", () => tf.ones([4e7])],
	['an operation of ours', () => matMul(tf.ones([6500, 1]), tf.ones([1, 6500]))]
])('%s that finds no room throws and leaves other tensors alone', async (_, make) => {
	await useFullMemory();
	const live = tf.tensor1d([1, 2, 3]);
	expect(make).toThrow(OutOfMemory);
	expect([...live.dataSync()]).toEqual([1, 2, 3]);
});
