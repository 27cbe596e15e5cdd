import { describe, expect, test } from 'vitest';
import type { Trace } from '$lib/protocol/trace';
import { readTrace, writeTrace } from '$lib/protocol/traceFile';

const trace: Trace = {
	step: 7,
	tokens: Int32Array.of(3, 1),
	recordings: [
		{ layer: 0, point: 'router.gate', shape: [2, 2], data: Float32Array.of(0.25, 0, 0, 1 / 3) },
		{ layer: null, point: 'logits', shape: [1, 2, 1], data: Float32Array.of(-123456.7, 1e-12) }
	]
};

describe('writeTrace and readTrace', () => {
	test('give a trace back, with four significant digits', () => {
		const back = readTrace(writeTrace(trace));
		expect(back.step).toBe(7);
		expect(back.tokens).toEqual(Int32Array.of(3, 1));
		expect(back.recordings[0]).toEqual({
			layer: 0,
			point: 'router.gate',
			shape: [2, 2],
			data: Float32Array.of(0.25, 0, 0, 0.3333)
		});
		expect(back.recordings[1]?.layer).toBeNull();
		expect(back.recordings[1]?.data).toEqual(Float32Array.of(-123500, 1e-12));
	});

	test('refuse a number that JSON cannot hold', () => {
		const broken = { ...trace.recordings[0]!, data: Float32Array.of(NaN, 0, 0, 0) };
		expect(() => writeTrace({ ...trace, recordings: [broken] })).toThrow(/router.gate holds NaN/);
	});

	test.each([
		['{', SyntaxError, /./],
		['3', TypeError, /the trace is no object/],
		['{"tokens":[],"recordings":[]}', TypeError, /no step/],
		['{"step":1,"tokens":["a"],"recordings":[]}', TypeError, /no tokens/],
		['{"step":1,"tokens":[]}', TypeError, /no recordings/],
		['{"step":1,"tokens":[],"recordings":[null]}', TypeError, /recording 0 is no object/],
		[
			'{"step":1,"tokens":[],"recordings":[{"layer":0,"point":"soul","shape":[],"data":[]}]}',
			TypeError,
			/unknown point/
		],
		[
			'{"step":1,"tokens":[],"recordings":[{"point":"logits","shape":[],"data":[]}]}',
			TypeError,
			/names no layer/
		],
		[
			'{"step":1,"tokens":[],"recordings":[{"layer":null,"point":"logits","shape":[2],"data":[1]}]}',
			TypeError,
			/holds 1 of 2 numbers/
		]
	])('name what is wrong with %s', (text, kind, message) => {
		expect(() => readTrace(text)).toThrow(kind);
		expect(() => readTrace(text)).toThrow(message);
	});
});
