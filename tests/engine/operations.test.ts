import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { countOperations } from '$lib/engine/operations';
import { NODE_BACKENDS, useBackend } from '../tensors';
import { FakePage } from './session';

describe.each(NODE_BACKENDS)('counting operations on %s', (backend) => {
	test('counts kernels, but not those that only name the same numbers anew', async () => {
		await useBackend(backend);
		const { result, operations } = countOperations(() =>
			tf.tidy(() => {
				const x = tf.reshape(tf.add([1, 2, 3, 4], 1), [2, 2]);
				return tf.mul(x, x);
			})
		);
		expect(operations).toBe(2);
		expect([...result.dataSync()]).toEqual([4, 9, 16, 25]);
		result.dispose();
	});

	test('stops counting when the work fails', async () => {
		await useBackend(backend);
		const run = tf.engine().runKernel;
		expect(() =>
			countOperations(() => {
				throw new Error('no');
			})
		).toThrow('no');
		expect(tf.engine().runKernel).toBe(run);
	});

	test('a step tells its operations and its time, and a larger one takes as many', async () => {
		const costs = [];
		for (const experts of [4, 16]) {
			const page = await FakePage.with(backend, { experts });
			page.send({ type: 'train', steps: 3, follow: false });
			await page.next(({ type }) => type === 'stopped');
			const told = page.replies.findLast((reply) => reply.type === 'progress');
			if (told?.type !== 'progress') throw new Error('no progress was told');
			costs.push(told.cost);
		}
		const [few, many] = costs;
		expect(few!.ms).toBeGreaterThan(0);
		expect(few!.operations).toBeGreaterThan(50);
		expect(many!.operations).toBe(few!.operations);
	});
});
