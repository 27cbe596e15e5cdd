import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { countOperations } from '$lib/engine/operations';
import { disposeState, initState } from '$lib/train/state';
import { readReports, trainStep } from '$lib/train/step';
import { countKernels } from '../../bench/tensorCounts';
import { tokensOf, WORKS } from '../../bench/works';
import { NODE_BACKENDS, useBackend } from '../tensors';

describe.each(NODE_BACKENDS)('counting kernels on %s', (backend) => {
	test('counts what a gradient of our own calls, but not the gradient itself', async () => {
		await useBackend(backend);
		const doubled = tf.customGrad((x) => ({
			value: tf.mul(x as tf.Tensor, 2),
			gradFunc: (slope: tf.Tensor) => tf.mul(slope, 2)
		}));
		const { names } = await countKernels(() => {
			tf.dispose(tf.grad((x: tf.Tensor) => doubled(tf.add(x, 1)))(tf.tensor1d([1, 2])));
			return Promise.resolve();
		});
		expect(Object.keys(names).every((name) => tf.getKernel(name, backend))).toBe(true);
		expect(names).toMatchObject({ Add: 1, Multiply: 2 });
	});

	test('a training step has as many operations as the page tells', async () => {
		await useBackend(backend);
		const { config, train } = WORKS.small;
		let state = initState(config, 1);
		const step = () => {
			const next = trainStep(state, config, train, tokensOf(WORKS.small, state.step));
			state = next.state;
			return next.report;
		};
		const { result, operations } = countOperations(step);
		await readReports([result]);
		const counts = await countKernels(async () => void (await readReports([step()])));
		expect(counts.operations).toBe(operations);
		expect(counts.peakTensors).toBeGreaterThan(tf.memory().numTensors);
		disposeState(state);
	});
});
