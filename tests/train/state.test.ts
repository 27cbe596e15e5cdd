import { beforeAll, describe, expect, test } from 'vitest';
import {
	disposeState,
	initState,
	stateFromArrays,
	stateToArrays,
	type StateArrays
} from '$lib/train/state';
import { expectNoLeak, NODE_BACKENDS, useBackend } from '../tensors';
import { config, trainFor } from './toy';

describe.each(NODE_BACKENDS)('on %s', (backend) => {
	beforeAll(() => useBackend(backend));

	test('a run that was stored and resumed ends bit for bit where an unbroken one ends', async () => {
		const unbroken = await trainFor(initState(config, 3), 6);
		const first = await trainFor(initState(config, 3), 2);
		const stored = await stateToArrays(first.state);
		disposeState(first.state);
		const rest = await trainFor(stateFromArrays(config, structuredClone(stored)), 4);

		expect(await stateToArrays(rest.state)).toEqual(await stateToArrays(unbroken.state));
		expect([...first.reports, ...rest.reports]).toEqual(unbroken.reports);
		disposeState(rest.state);
		disposeState(unbroken.state);
	});

	test('storing and opening leaves no tensor behind', () =>
		expectNoLeak(async () => {
			const state = initState(config, 1);
			const again = stateFromArrays(config, await stateToArrays(state));
			disposeState(state);
			disposeState(again);
		}));

	test('arrays that do not fit the configuration are refused by name, and nothing leaks', async () => {
		const state = initState(config, 1);
		const good = await stateToArrays(state);
		disposeState(state);
		const short = { ...good.params[0]!, data: good.params[0]!.data.slice(1) };
		const broken: [StateArrays, RegExp][] = [
			[{ ...good, params: good.params.slice(1) }, /weight arrays/],
			[
				{ ...good, params: good.params.with(0, { ...good.params[0]!, shape: [1] }) },
				/weight array 0/
			],
			[{ ...good, params: good.params.with(0, short) }, /weight array 0/],
			[{ ...good, optimizer: [] }, /3 optimizer arrays, got 0/],
			[{ ...good, optimizer: good.optimizer.toReversed() }, /optimizer array 0/]
		];
		await expectNoLeak(() => {
			for (const [stored, message] of broken) {
				expect(() => stateFromArrays(config, stored)).toThrow(message);
			}
		});
	});
});
