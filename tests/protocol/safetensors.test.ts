import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { random } from '$lib/math/random';
import { FileProblem } from '$lib/protocol/fileProblem';
import {
	checkFinite,
	readSafetensors,
	writeSafetensors,
	type FileTensor
} from '$lib/protocol/safetensors';

/** A file with any header, true or not, and so many bytes 1, 2, 3, … of data. */
function file(header: unknown, dataLength: number, claimed?: number): Uint8Array {
	const text = new TextEncoder().encode(
		typeof header === 'string' ? header : JSON.stringify(header)
	);
	const bytes = new Uint8Array(8 + text.length + dataLength);
	new DataView(bytes.buffer).setBigUint64(0, BigInt(claimed ?? text.length), true);
	bytes.set(text, 8);
	for (let i = 0; i < dataLength; i++) bytes[8 + text.length + i] = i + 1;
	return bytes;
}

const entry = (dtype: string, shape: unknown, data_offsets: unknown) => ({
	dtype,
	shape,
	data_offsets
});

function problemOf(bytes: Uint8Array): string {
	try {
		readSafetensors(bytes);
	} catch (error) {
		if (error instanceof FileProblem) return error.message;
		throw error;
	}
	return '';
}

const SMALL = new Map<string, FileTensor>([
	['a', { dtype: 'F32', shape: [2, 2], data: Float32Array.of(1, -2.5, 0, 1e-3) }],
	['b.c', { dtype: 'F32', shape: [], data: Float32Array.of(7) }],
	['none', { dtype: 'F32', shape: [0, 3], data: new Float32Array() }]
]);

describe('readSafetensors', () => {
	test('reads every type, unaligned offsets too', () => {
		const header = {
			byte: entry('U8', [1], [0, 1]),
			double: entry('F64', [1], [1, 9]),
			single: entry('F32', [1], [9, 13]),
			whole: entry('I32', [1], [13, 17]),
			signed: entry('I8', [1], [17, 18]),
			half: entry('F16', [2], [18, 22]),
			brain: entry('BF16', [1], [22, 24])
		};
		const bytes = file(header, 24);
		const view = new DataView(bytes.buffer, bytes.length - 24);
		view.setFloat64(1, Math.PI, true);
		view.setFloat32(9, -0.5, true);
		view.setInt32(13, -70_000, true);
		view.setInt8(17, -3);
		view.setUint16(18, 0x3c00, true);
		view.setUint16(20, 0xc000, true);
		view.setUint16(22, 0x3fc0, true);
		const { tensors } = readSafetensors(bytes);
		const numbers = [...tensors].map(([name, { data }]) => [name, ...data]);
		expect(numbers).toEqual([
			['byte', 1],
			['double', Math.PI],
			['single', -0.5],
			['whole', -70_000],
			['signed', -3],
			['half', 1, -2],
			['brain', 1.5]
		]);
		expect(tensors.get('brain')).toMatchObject({ dtype: 'BF16', shape: [1] });
	});

	test('gives copies, from a piece of a larger buffer too', () => {
		const whole = Buffer.concat([Buffer.from([9, 9, 9]), writeSafetensors(SMALL)]);
		const { tensors } = readSafetensors(whole.subarray(3));
		whole.fill(0);
		expect([...tensors.get('a')!.data]).toEqual([1, -2.5, 0, Math.fround(1e-3)]);
	});

	test('reads what the reference has written', () => {
		const { tensors } = readSafetensors(readFileSync('tests/golden/scout-tiny/model.safetensors'));
		expect(tensors.get('model.layers.3.feed_forward.experts.gate_up_proj')?.shape).toEqual([
			4, 32, 64
		]);
		expect(tensors.get('lm_head.weight')?.shape).toEqual([64, 32]);
		expect(checkFinite(tensors)).toBeNull();
	});

	test('takes the strings of the metadata', () => {
		const bytes = file({ __metadata__: { format: 'pt', n: 3 } }, 0);
		expect(readSafetensors(bytes)).toEqual({ tensors: new Map(), metadata: { format: 'pt' } });
	});

	test('takes names that mean something to JavaScript as plain names', () => {
		const bytes = file(`{"__proto__":${JSON.stringify(entry('U8', [1], [0, 1]))}}`, 1);
		expect([...readSafetensors(bytes).tensors.keys()]).toEqual(['__proto__']);
	});
});

describe('a bad file gives one sentence:', () => {
	const f32 = (start: number) => entry('F32', [2], [start, start + 8]);
	test.each<[string, Uint8Array, string]>([
		['empty', new Uint8Array(), 'This is no safetensors file: it has only 0 bytes.'],
		['seven bytes', new Uint8Array(7), 'it has only 7 bytes'],
		['text', new TextEncoder().encode('<!doctype html>'), 'its first 8 bytes are no length'],
		['header cut off', file({}, 0, 50), 'The file is cut off: its header should have 50 bytes'],
		['header too short', file({ a: f32(0) }, 8, 9), 'The header of the file is damaged: it is not'],
		['not JSON', file('{"a":', 0), 'it is not JSON'],
		['not text', file('\ud800{}', 0).fill(0xff, 8), 'it is not JSON'],
		['a list', file([1], 0), 'it lists no tensors'],
		['null', file(null, 0), 'it lists no tensors'],
		['no entry', file({ a: 3 }, 0), 'The header does not describe “a”.'],
		['unknown type', file({ a: entry('I64', [1], [0, 8]) }, 8), '“a” is stored as I64; what can'],
		['type of an object', file({ a: entry('toString', [1], [0, 8]) }, 8), 'stored as toString'],
		['no type', file({ a: { shape: [1] } }, 8), '“a” is stored as nothing that can be read'],
		['no shape', file({ a: entry('F32', 'x', [0, 4]) }, 4), '“a” has no readable shape.'],
		['negative shape', file({ a: entry('F32', [-1], [0, 4]) }, 4), 'no readable shape'],
		['broken shape', file({ a: entry('F32', [0.5], [0, 2]) }, 2), 'no readable shape'],
		['no place', file({ a: entry('F32', [1], null) }, 4), '“a” has no readable place in the file.'],
		['one offset', file({ a: entry('F32', [1], [0]) }, 4), 'no readable place'],
		['three offsets', file({ a: entry('F32', [1], [0, 4, 8]) }, 4), 'no readable place'],
		[
			'turned offsets',
			file({ a: entry('F32', [1], [4, 0]) }, 4),
			'needs 4 bytes as F32, but has -4'
		],
		['wrong size', file({ a: entry('F32', [2, 3], [0, 8]) }, 8), '“a” of shape [2, 3] needs 24'],
		['huge shape', file({ a: entry('F32', [2 ** 53 - 1, 2 ** 53 - 1], [0, 8]) }, 8), 'needs 3.2'],
		['data cut off', file({ a: f32(0) }, 5), 'The file is cut off: “a” ends at byte 8 of the data'],
		['overlap', file({ a: f32(0), b: f32(4) }, 12), '“b” overlaps the tensor before it.'],
		['hole', file({ a: f32(0), b: f32(9) }, 17), 'There are unnamed bytes before “b”.'],
		['rest', file({ a: f32(0) }, 10), 'The file has 2 bytes that belong to no tensor.'],
		['metadata', file({ __metadata__: 7 }, 0), 'The metadata of the file is damaged.']
	])('%s', (_, bytes, sentence) => {
		const problem = problemOf(bytes);
		expect(problem).toContain(sentence);
		expect(problem).toMatch(/^[A-Z“].+\.$/);
	});

	test('a name as long as a book is cut', () => {
		expect(problemOf(file({ ['x'.repeat(1e5)]: 1 }, 0)).length).toBeLessThan(120);
	});

	test('any of 6,000 manglings of a good file, or it still reads well', () => {
		const good = writeSafetensors(SMALL);
		const { integer } = random(9);
		let refused = 0;
		for (let i = 0; i < 6000; i++) {
			const bytes = good.slice(0, integer(3) ? good.length : integer(good.length + 1));
			for (let j = integer(4); j > 0 && bytes.length > 0; j--) {
				bytes[integer(bytes.length)] = integer(3) ? 32 + integer(96) : integer(256);
			}
			if (problemOf(bytes) !== '') refused++;
		}
		expect(refused).toBeGreaterThan(3000);
	});
});

describe('checkFinite', () => {
	test('names the first number that is none', () => {
		const of = (...numbers: number[]) => ({ data: Float32Array.from(numbers) });
		expect(checkFinite(new Map([['good', of(1, 2)]]))).toBeNull();
		const bad = new Map([
			['good', of(1, 2)],
			['w', of(0, NaN, Infinity)]
		]);
		expect(checkFinite(bad)).toBe('“w” holds NaN at place 1.');
		expect(checkFinite(new Map([['w', of(-Infinity)]]))).toBe('“w” holds -Infinity at place 0.');
	});
});

describe('writeSafetensors', () => {
	test('writes what readSafetensors reads', () => {
		const { tensors, metadata } = readSafetensors(writeSafetensors(SMALL));
		expect(tensors).toEqual(SMALL);
		expect(metadata).toEqual({ format: 'pt' });
	});

	test('begins the data at a multiple of 8 and gives the same bytes each time', () => {
		const bytes = writeSafetensors(SMALL, 'F32', { format: 'pt', made: 'by us' });
		const headerLength = Number(new DataView(bytes.buffer).getBigUint64(0, true));
		expect(headerLength % 8).toBe(0);
		expect(bytes).toEqual(writeSafetensors(SMALL, 'F32', { format: 'pt', made: 'by us' }));
	});

	test('rounds to BF16 in half the bytes', () => {
		const numbers = { shape: [3], data: [1, 1 + 1 / 256, -1e30] };
		const { tensors } = readSafetensors(writeSafetensors(new Map([['w', numbers]]), 'BF16'));
		const [one, rounded, large] = tensors.get('w')!.data;
		expect([one, rounded]).toEqual([1, 1]);
		expect(large! / -1e30).toBeCloseTo(1, 2);
	});

	test('refuses numbers that do not fill their shape', () => {
		const short = new Map([['w', { shape: [2, 2], data: [1, 2, 3] }]]);
		expect(() => writeSafetensors(short)).toThrow('“w” of shape [2, 2] cannot hold 3 numbers.');
	});
});
