import { beforeAll, describe, expect, test } from 'vitest';
import { evaluate } from '$lib/train/evaluate';
import { disposeState, initState } from '$lib/train/state';
import { expectNoLeak, NODE_BACKENDS, useBackend } from '../tensors';
import { config, task } from './toy';

describe.each(NODE_BACKENDS)('evaluate on %s', (backend) => {
	beforeAll(() => useBackend(backend));

	test('finds an untrained model about as surprised as chance, at every position', async () => {
		const state = initState(config, 1);
		const held = await evaluate(state.params, config, task, 1, { length: 8, sequences: 30 });
		expect(held.sequences).toBe(32);
		expect(Math.abs(held.loss - Math.log(config.vocabulary))).toBeLessThan(0.2);
		expect(held.positionLosses.length).toBe(7);
		expect(held.domainLosses.length).toBe(task.domains.length);
		const mean = held.positionLosses.reduce((a, b) => a + b, 0) / 7;
		expect(held.loss).toBeCloseTo(mean, 9);
		disposeState(state);
	});

	test('measures the same sequences for the same seed', async () => {
		const state = initState(config, 1);
		const size = { length: 8, sequences: 16 };
		const held = await evaluate(state.params, config, task, 1, size);
		expect(await evaluate(state.params, config, task, 1, size)).toEqual(held);
		expect((await evaluate(state.params, config, task, 2, size)).loss).not.toBe(held.loss);
		disposeState(state);
	});

	test('leaves no tensor behind', () =>
		expectNoLeak(async () => {
			const state = initState(config, 1);
			await evaluate(state.params, config, task, 1, { length: 8, sequences: 16 });
			disposeState(state);
		}));
});
