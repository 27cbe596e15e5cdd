import { describe, expect, test } from 'vitest';
import { withSetup, type Setup } from '$lib/lab/setups';
import { INITIAL_SETTINGS, type Settings } from '$lib/protocol/settings';

const of = (changed: Partial<Settings>): Settings => ({ ...INITIAL_SETTINGS, ...changed });
const cost = (ms: number) => ({ operations: 100, ms });

describe('the measured setups', () => {
	test('stand in the order in which they were measured', () => {
		const one = withSetup([], of({ experts: 4 }), cost(10));
		const two = withSetup(one, of({ experts: 16 }), cost(11));
		expect(two.map(({ settings, cost: { ms } }) => [settings.experts, ms])).toEqual([
			[4, 10],
			[16, 11]
		]);
	});

	test('are replaced by a newer measurement of the same settings, whatever the seed', () => {
		const one = withSetup([], of({ seed: 1 }), cost(10));
		const again = withSetup(one, of({ seed: 2, learningRate: 1e-4 }), cost(12));
		expect(again.map(({ cost: { ms } }) => ms)).toEqual([12]);
	});

	test('are forgotten where more than experts, top-k and chunk has changed', () => {
		const one = withSetup([], of({ chunk: 4 }), cost(10));
		expect(withSetup(one, of({ batch: 2 }), cost(3))).toHaveLength(1);
		expect(withSetup(one, of({ chunk: 4, width: 16 }), cost(3))).toHaveLength(1);
	});

	test('are five at most, the newest', () => {
		let setups: Setup[] = [];
		for (const chunk of [1, 2, 3, 4, 5, 6]) setups = withSetup(setups, of({ chunk }), cost(chunk));
		expect(setups.map(({ settings: { chunk } }) => chunk)).toEqual([2, 3, 4, 5, 6]);
	});
});
