import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { learningRateAt } from '$lib/math/schedule';
import { leafNames, leaves } from '$lib/model/tree';
import { drawBatch } from '$lib/train/batch';
import { disposeState, initState, stateToArrays, type TrainState } from '$lib/train/state';
import { readReports, trainStep } from '$lib/train/step';
import { expectNoLeak, NODE_BACKENDS, useBackend } from '../tensors';
import { config, task, train, trainFor } from './toy';

/** The weights by name, as plain arrays. */
function weightsOf({ params }: TrainState): Map<string, number[]> {
	const names = leafNames(params);
	return new Map(leaves(params).map((leaf, i) => [names[i]!, [...leaf.dataSync()]]));
}

describe.each(NODE_BACKENDS)('trainStep on %s', (backend) => {
	beforeAll(() => useBackend(backend));

	test('gives the same curve and weights for the same seed, others for another', async () => {
		const [one, same, other] = [
			await trainFor(initState(config, 3), 4),
			await trainFor(initState(config, 3), 4),
			await trainFor(initState(config, 4), 4)
		];
		expect(same.reports).toEqual(one.reports);
		expect(await stateToArrays(same.state)).toEqual(await stateToArrays(one.state));
		expect(other.reports[0]!.loss).not.toBe(one.reports[0]!.loss);
		[one, same, other].forEach(({ state }) => disposeState(state));
	});

	test('starts near ln V and learns one batch by heart', async () => {
		const { tokens } = drawBatch(task, train, 1, 0);
		let state = initState(config, 1);
		const losses: number[] = [];
		const numbers = { ...train, learningRate: 0.05, schedule: 'constant', weightDecay: 0 } as const;
		for (let i = 0; i < 60; i++) {
			const done = trainStep(state, config, numbers, tokens);
			state = done.state;
			losses.push((await readReports([done.report]))[0]!.loss);
		}
		expect(Math.abs(losses[0]! - Math.log(config.vocabulary))).toBeLessThan(0.2);
		expect(losses.at(-1)).toBeLessThan(0.3);
		disposeState(state);
	});

	test('reports the step, its rate, and for each MoE layer loads that add up to 1', async () => {
		const { state, reports } = await trainFor(initState(config, 1), 3);
		expect(reports.map(({ step }) => step)).toEqual([1, 2, 3]);
		expect(state.step).toBe(3);
		reports.forEach(({ rate, load, gradNorm, problem, balance, zLoss }, age) => {
			expect(rate).toBe(learningRateAt(age, train));
			expect(load.length).toBe(2 * config.experts);
			for (const layer of [0, 1]) {
				const shares = load.subarray(layer * config.experts, (layer + 1) * config.experts);
				expect(shares.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 5);
			}
			expect(gradNorm).toBeGreaterThan(0);
			expect([problem, balance, zLoss]).toEqual([null, 0, 0]);
		});
		disposeState(state);
	});

	test('adds balance and z-loss to what is minimised only where their weights ask for it', async () => {
		const numbers = { ...train, balanceWeight: 0.5, zWeight: 0.1 };
		const with_ = await trainFor(initState(config, 1), 2, numbers);
		const without = await trainFor(initState(config, 1), 2);
		expect(with_.reports[0]!.balance).toBeGreaterThan(0.9);
		expect(with_.reports[0]!.zLoss).toBeGreaterThan(0);
		expect(with_.reports[0]!.loss).toBe(without.reports[0]!.loss);
		expect(weightsOf(with_.state)).not.toEqual(weightsOf(without.state));
		[with_, without].forEach(({ state }) => disposeState(state));
	});

	test('a balance loss alone evens out a router that starts lopsided', async () => {
		const numbers = { ...train, balanceWeight: 20, clipNorm: 0, learningRate: 0.02 };
		const { state, reports } = await trainFor(initState(config, 2), 24, numbers);
		const uneven = (load: Float32Array) => Math.max(...load);
		const mean = (from: number, to: number) =>
			reports.slice(from, to).reduce((sum, { load }) => sum + uneven(load), 0) / (to - from);
		expect(mean(20, 24)).toBeLessThan(mean(0, 4));
		disposeState(state);
	});

	test('keeps a frozen router and trains everything else', async () => {
		const start = initState(config, 1);
		const before = weightsOf(start);
		const { state } = await trainFor(start, 2, { ...train, freezeRouter: true });
		for (const [name, values] of weightsOf(state)) {
			const isRouter = name.endsWith('router_DE');
			expect(before.get(name)!.join() === values.join(), name).toBe(isRouter);
		}
		disposeState(state);
	});

	test('stops at a loss that is not finite, keeps the last good weights and says so', async () => {
		const good = await trainFor(initState(config, 1), 1);
		const before = weightsOf(good.state);
		// One endless number in a norm poisons loss and gradients alike.
		const [norm, ...others] = leaves(good.state.params).toReversed();
		expect(others.length).toBeGreaterThan(0);
		const last = leafNames(good.state.params).at(-1)!;
		before.set(last, before.get(last)!.with(0, Infinity));
		const poisoned = {
			...good.state,
			params: {
				...good.state.params,
				output_DV: tf.tensor2d(before.get(last)!, norm!.shape as [number, number])
			}
		};
		norm!.dispose();
		const { state, reports } = await trainFor(poisoned, 1);
		expect(reports[0]!.problem).toMatch(/loss of step 2 is not a finite number/);
		expect(weightsOf(state)).toEqual(before);
		disposeState(state);
	});

	test('refuses a batch of the wrong size and leaves the state usable', async () => {
		const start = initState(config, 1);
		expect(() => trainStep(start, config, train, new Int32Array(3))).toThrow(/4×8 tokens, got 3/);
		const { state } = await trainFor(start, 1);
		expect(state.step).toBe(1);
		disposeState(state);
	});

	test('leaves no tensor behind', () =>
		expectNoLeak(async () => {
			const numbers = { ...train, balanceWeight: 0.1, zWeight: 0.1, freezeRouter: true };
			const { state } = await trainFor(initState(config, 1), 2, numbers);
			disposeState(state);
		}));

	test('reading no report waits for nothing', async () => {
		expect(await readReports([])).toEqual([]);
	});
});
