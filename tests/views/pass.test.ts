import { describe, expect, test } from 'vitest';
import {
	attentionOf,
	expectedOf,
	nextOf,
	rootMeanSquare,
	routingOf,
	rowsOf,
	topOf
} from '$lib/views/pass';
import { tinyTrace } from './tiny';

describe('reading a trace', () => {
	test('takes one head out of all', () => {
		const attention = attentionOf(tinyTrace, 0, 1);
		expect(attention?.size).toBe(2);
		expect(Array.from(attention?.pattern ?? [])).toEqual([1, 0, 0.25, 0.75]);
		expect(Array.from(attention?.scores ?? [])).toEqual([5, 6, 7, 8]);
	});

	test('lays the rows of chunks into the table of all keys', () => {
		const recording = {
			...{ layer: 0, point: 'attention.pattern' as const, shape: [1, 2, 3, 2] },
			data: Float32Array.from([9, 9, 9, 9, 9, 9, 1, 0, 0.25, 0.75, 1, 0])
		};
		const attention = attentionOf({ ...tinyTrace, recordings: [recording] }, 0, 1);
		expect(attention?.size).toBe(3);
		expect(Array.from(attention?.pattern ?? [])).toEqual([1, 0, 0, 0.25, 0.75, 0, 0, 0, 1]);
		expect(attention?.scores).toBeNull();
	});

	test('finds the chosen expert of each token and its gate', () => {
		const routing = routingOf(tinyTrace, 0);
		expect(routing?.experts).toBe(3);
		expect(routing?.chosen).toEqual([[2], [0]]);
		expect(Array.from(routing?.gates ?? [])).toEqual([0, 0, 0.75, 0.5, 0, 0]);
	});

	test('puts the best of several chosen experts first', () => {
		const two = {
			...tinyTrace,
			recordings: tinyTrace.recordings.map((recording) =>
				recording.point === 'router.gate'
					? { ...recording, data: new Float32Array([0, 0.5, 0.75, 0.5, 0.25, 0]) }
					: recording
			)
		};
		expect(routingOf(two, 0)?.chosen).toEqual([
			[2, 1],
			[0, 1]
		]);
	});

	test('turns logits into probabilities: ln 3 against 0 is three to one', () => {
		const next = nextOf(tinyTrace, 0);
		expect(next?.[0]).toBeCloseTo(0.25, 6);
		expect(next?.[1]).toBeCloseTo(0.75, 6);
		expect(topOf(next ?? new Float64Array(), 1)).toEqual([{ token: 1, probability: next?.[1] }]);
	});

	test('says how expected each token was by the position before it', () => {
		const [first, second] = expectedOf(tinyTrace);
		expect(first).toBeNaN();
		expect(second).toBeCloseTo(0.75, 6);
	});

	test('is null for what the trace does not hold', () => {
		expect(routingOf(tinyTrace, 1)).toBeNull();
		expect(attentionOf(tinyTrace, 3, 0)).toBeNull();
		expect(rowsOf(tinyTrace, 'dense.out', 0)).toBeNull();
		expect(nextOf(tinyTrace, 9)).toBeNull();
	});

	test('measures the size of a vector as RMS norms do', () => {
		expect(rootMeanSquare([3, 4])).toBeCloseTo(Math.sqrt(12.5), 12);
		expect(rootMeanSquare([0, 0], 1e-4)).toBeCloseTo(0.01, 12);
	});
});
