import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-webgl';
import '$lib/kernels/boot';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { leaves } from '$lib/model/tree';
import { disposeState, initState, stateToArrays, type StateArrays } from '$lib/train/state';
import type { StepReport } from '$lib/train/step';
import { config, train, trainFor } from './toy';

/** Three steps with both extra losses, and what is left in memory after them. */
async function threeSteps(
	backend: string
): Promise<{ reports: StepReport[]; arrays: StateArrays; leaked: number }> {
	tf.enableProdMode();
	expect(await tf.setBackend(backend)).toBe(true);
	const before = tf.memory().numTensors;
	const numbers = { ...train, balanceWeight: 0.1, zWeight: 0.01 };
	const { state, reports } = await trainFor(initState(config, 1), 3, numbers);
	const arrays = await stateToArrays(state);
	disposeState(state);
	return { reports, arrays, leaked: tf.memory().numTensors - before };
}

test('training on WebGL goes the way it goes on plain JavaScript, and leaves nothing behind', async () => {
	const [plain, gpu] = [await threeSteps('cpu'), await threeSteps('webgl')];
	expect(gpu.leaked).toBe(0);
	gpu.reports.forEach((report, i) => {
		const expected = plain.reports[i]!;
		expect(report.problem).toBeNull();
		expect(report.loss).toBeCloseTo(expected.loss, 3);
		expect(report.balance).toBeCloseTo(expected.balance, 3);
		expect(report.zLoss).toBeCloseTo(expected.zLoss, 3);
		expect(report.gradNorm).toBeCloseTo(expected.gradNorm, 3);
	});
	const mean = gpu.arrays.optimizer[0]!.data;
	plain.arrays.optimizer[0]!.data.forEach((value, i) => {
		expect(Math.abs(mean[i]! - value), `mean ${i}`).toBeLessThan(1e-4);
	});
}, 120_000);

test('on WebGL a loss that is not finite changes no weight and is reported when somebody looks', async () => {
	expect(await tf.setBackend('webgl')).toBe(true);
	const start = initState(config, 1);
	const norm = start.params.finalNorm_D;
	const poisoned = {
		...start,
		params: { ...start.params, finalNorm_D: tf.fill<tf.Rank.R1>([norm.size], NaN) }
	};
	norm.dispose();
	const before = await Promise.all(leaves(poisoned.params).map((leaf) => leaf.data()));
	const { state, reports } = await trainFor(poisoned, 2);
	expect(reports[0]!.problem).toMatch(/step 1 is not a finite number/);
	const after = await Promise.all(leaves(state.params).map((leaf) => leaf.data()));
	expect(after).toEqual(before);
	disposeState(state);
}, 120_000);
