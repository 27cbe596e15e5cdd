import { describe, expect, test } from 'vitest';
import { emptyHistory, extendHistory, HISTORY_POINTS } from '$lib/protocol/history';

const record = (step: number) => ({ step, loss: step, load: Float32Array.of(step, 1 - step) });
const records = (from: number, to: number) =>
	Array.from({ length: to - from + 1 }, (_, i) => record(from + i));

describe('a history', () => {
	test('holds every step of a short run', () => {
		const history = extendHistory(emptyHistory(), records(1, 3));
		expect(history).toMatchObject({ every: 1, steps: [1, 2, 3], losses: [1, 2, 3], rest: [] });
		expect([...history.loads[2]!]).toEqual([3, -2]);
	});

	test('joins neighbours by their mean when it is full, and goes on in pairs', () => {
		const full = extendHistory(emptyHistory(), records(1, HISTORY_POINTS));
		expect(full.every).toBe(2);
		expect(full.steps.length).toBe(HISTORY_POINTS / 2);
		expect(full.steps.slice(0, 2)).toEqual([2, 4]);
		expect(full.losses.slice(0, 2)).toEqual([1.5, 3.5]);
		expect([...full.loads[0]!]).toEqual([1.5, -0.5]);
		const odd = extendHistory(full, [record(HISTORY_POINTS + 1)]);
		expect(odd.steps.length).toBe(HISTORY_POINTS / 2);
		expect(odd.rest.length).toBe(1);
	});

	test('stays small, and is the same however the steps arrive', () => {
		const steps = records(1, 5000);
		const atOnce = extendHistory(emptyHistory(), steps);
		let piecewise = emptyHistory();
		for (let i = 0; i < 5000; i += 7) piecewise = extendHistory(piecewise, steps.slice(i, i + 7));
		expect(piecewise).toEqual(atOnce);
		expect(atOnce.steps.length).toBeLessThan(HISTORY_POINTS);
		expect(atOnce.every).toBe(8);
	});

	test('leaves the one it extends as it was', () => {
		const before = extendHistory(emptyHistory(), records(1, 2));
		extendHistory(before, records(3, 4));
		expect(before.steps).toEqual([1, 2]);
	});
});
