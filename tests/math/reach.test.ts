import { describe, expect, test } from 'vitest';
import { attentionMask, type AttentionScope } from '$lib/math/attention';
import { firstReached, reach, reachCount, reachLadder } from '$lib/math/reach';

const T = 64;
const mask = (kind: AttentionScope['kind']) =>
	attentionMask(T, kind === 'global' ? { kind } : { kind, chunk: 8 });
const stack = (kind: AttentionScope['kind'], layers: number) =>
	Array.from({ length: layers }, () => mask(kind));

/** How many inputs reach position `query`. */
const count = (masks: ReturnType<typeof stack>, query: number) =>
	reachCount(reachLadder(masks, query)[0] ?? new Uint8Array());

describe('reachLadder', () => {
	test('never leaves the chunk, however many chunked layers there are', () => {
		expect(count(stack('chunked', 4), 63)).toBe(8);
		expect(count(stack('chunked', 40), 63)).toBe(8);
		expect(count(stack('chunked', 40), 56)).toBe(1);
	});

	test('widens by C − 1 with each sliding layer', () => {
		expect(count(stack('sliding', 4), 63)).toBe(4 * 7 + 1);
	});

	test('opens all walls with one global layer', () => {
		expect(count([...stack('chunked', 3), mask('global')], 63)).toBe(64);
		expect(count([mask('global'), ...stack('chunked', 3)], 63)).toBe(64);
	});

	test('shows the light going down the layers, from the output to the inputs', () => {
		const masks = [
			attentionMask(6, { kind: 'global' }),
			attentionMask(6, { kind: 'chunked', chunk: 2 })
		];
		const rows = reachLadder(masks, 3).map((row) => row.join(''));
		expect(rows).toEqual(['111100', '001100', '000100']);
	});

	test('keeps a position that sees nothing of itself, for the stream goes on', () => {
		const blind = { queries: 2, keys: 2, allowed: new Uint8Array(4) };
		expect(reachLadder([blind], 1).map((row) => [...row])).toEqual([
			[0, 1],
			[0, 1]
		]);
	});

	test('refuses a position outside, an empty stack and masks of other sizes', () => {
		expect(() => reachLadder(stack('global', 1), 64)).toThrow('position 64');
		expect(() => reachLadder([], 0)).toThrow('at least one layer');
		expect(() => reachLadder([mask('global'), attentionMask(3, { kind: 'global' })], 0)).toThrow(
			'expected masks of 64 × 64, got 3 × 3'
		);
	});
});

describe('firstReached', () => {
	const SCOPES: readonly AttentionScope[] = [
		{ kind: 'chunked', chunk: 8 },
		{ kind: 'sliding', chunk: 5 },
		{ kind: 'global' }
	];

	test('agrees with the ladder for every stack of three layers and every output', () => {
		for (const a of SCOPES) {
			for (const b of SCOPES) {
				for (const c of SCOPES) {
					const masks = [a, b, c].map((scope) => attentionMask(20, scope));
					for (let query = 0; query < 20; query++) {
						const [inputs] = reachLadder(masks, query);
						const first = firstReached(query, [a, b, c]);
						const expected = Uint8Array.from({ length: 20 }, (_, key) =>
							Number(key >= first && key <= query)
						);
						expect(inputs).toEqual(expected);
					}
				}
			}
		}
	});

	test('tells the order of layers apart where chunks meet a sliding window', () => {
		const [chunked, sliding] = SCOPES;
		expect(firstReached(56, [chunked!, { ...sliding!, chunk: 8 } as AttentionScope])).toBe(48);
		expect(firstReached(56, [{ ...sliding!, chunk: 8 } as AttentionScope, chunked!])).toBe(49);
	});

	test('holds for ten million positions', () => {
		const chunked = { kind: 'chunked', chunk: 8192 } as const;
		expect(firstReached(10_485_759, [chunked, chunked, chunked])).toBe(10_477_568);
		expect(firstReached(10_485_759, [chunked, { kind: 'global' }, chunked])).toBe(0);
	});
});

describe('reach', () => {
	test('of one layer is its mask', () => {
		expect(reach([mask('chunked')])).toEqual(mask('chunked'));
	});

	test('has the inputs of every output as rows', () => {
		const masks = stack('sliding', 3);
		const { allowed } = reach(masks);
		for (const query of [0, 7, 30, 63]) {
			expect(allowed.subarray(query * T, (query + 1) * T)).toEqual(reachLadder(masks, query)[0]);
		}
	});
});
