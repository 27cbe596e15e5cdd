import '@tensorflow/tfjs-backend-webgl';
import type { MathBackendWebGL } from '@tensorflow/tfjs-backend-webgl';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test, vi } from 'vitest';
import { disposeState, initState } from '$lib/train/state';
import { readReports, trainStep } from '$lib/train/step';
import { countKernels } from '../../bench/tensorCounts';
import { tokensOf, WORKS } from '../../bench/works';

/** What the benchmark promises for the work `base`. */
const MOST_DRAWS = 250;

test('a training step of the work base draws at most 250 known programs on WebGL and leaves nothing behind', async () => {
	tf.enableProdMode();
	expect(await tf.setBackend('webgl')).toBe(true);
	const { config, train } = WORKS.base;
	let state = initState(config, 1);
	const step = async (number: number) => {
		const next = trainStep(state, config, train, tokensOf(WORKS.base, number));
		state = next.state;
		const [report] = await readReports([next.report]);
		expect(report!.problem).toBeNull();
	};
	// The first step also brings the weights to the graphics processor.
	await step(0);
	const before = tf.memory().numTensors;
	const { gl } = (tf.backend() as MathBackendWebGL).gpgpu;
	const compile = vi.spyOn(gl, 'compileShader');
	const { draws } = await countKernels(() => step(1));
	expect(draws).toBeGreaterThan(100);
	expect(draws).toBeLessThanOrEqual(MOST_DRAWS);
	expect(compile, 'programs compiled once more').not.toHaveBeenCalled();
	expect(tf.memory().numTensors - before, 'tensors left behind').toBe(0);
	disposeState(state);
}, 120_000);
