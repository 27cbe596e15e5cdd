import { describe, expect, test } from 'vitest';
import { orderOf, requireAgreement, requireStart } from '../../bench/race';
import { result } from './measured';

describe('who must run', () => {
	const late = { unfinished: 'no first step within 60 s' };

	test('our code and plain TensorFlow.js must, on every backend', () => {
		for (const contender of ['ours', 'plain', 'layer'] as const) {
			for (const backend of ['wasm', 'webgl', 'cpu'] as const) {
				const missing = result(contender, backend, 'base', NaN, late);
				expect(() => requireStart(missing)).toThrow(
					`${contender} ${backend} base does not run: no first step within 60 s`
				);
			}
		}
	});

	test('jax-js must on wasm and may be missing on webgl', () => {
		expect(() => requireStart(result('jax-js', 'wasm', 'base', NaN, late))).toThrow(/jax-js wasm/);
		expect(() => requireStart(result('jax-js', 'webgl', 'base', NaN, late))).not.toThrow();
	});

	test('whoever has made a step does', () => {
		expect(() => requireStart(result('ours', 'wasm', 'base', 1))).not.toThrow();
	});
});

describe('losses of contenders', () => {
	const ours = result('ours', 'wasm', 'base', 1, { losses: [4.1, 3.9, 3.7] });
	const plain = (losses: number[]) => result('plain', 'wasm', 'base', 1, { losses });

	test('agree within a thousandth, also where one has made fewer steps', () => {
		expect(() => requireAgreement([ours, plain([4.1009, 3.8991])])).not.toThrow();
	});

	test('are refused where one step differs by more, and the step is named', () => {
		expect(() => requireAgreement([ours, plain([4.1, 3.9, 3.7011])])).toThrow(
			'plain wasm base has the loss 3.7011 at step 2, ours wasm base has 3.7'
		);
		expect(() => requireAgreement([ours, plain([4.0989])])).toThrow(/at step 0/);
	});

	test('are refused where one is no number, be it ours', () => {
		expect(() => requireAgreement([ours, plain([4.1, NaN])])).toThrow(/NaN at step 1/);
		const lost = result('ours', 'wasm', 'base', 1, { losses: [NaN] });
		expect(() => requireAgreement([lost, plain([4.1])])).toThrow(/NaN at step 0/);
	});

	test('are compared within a work, not between two', () => {
		const small = result('ours', 'wasm', 'small', 1, { losses: [2] });
		expect(() => requireAgreement([ours, small])).not.toThrow();
	});
});

describe('the order of a round', () => {
	test('gives every entry every place and every forerunner equally often', () => {
		const [places, pairs] = [new Map<string, number>(), new Map<string, number>()];
		const more = (counts: Map<string, number>, key: string) =>
			counts.set(key, (counts.get(key) ?? 0) + 1);
		for (let round = 0; round < 6; round++) {
			const order = orderOf(['a', 'b', 'c'], round);
			order.forEach((name, place) => more(places, `${name} at ${place}`));
			order.slice(1).forEach((name, i) => more(pairs, `${order[i]} before ${name}`));
		}
		expect([...places.values()]).toEqual(Array<number>(9).fill(2));
		expect([...pairs.values()]).toEqual(Array<number>(6).fill(2));
	});
});
