import { describe, expect, test } from 'vitest';
import {
	attentionMask,
	attentionScale,
	attentionScope,
	decodeMask,
	decodeStep,
	firstVisible,
	keptKeys,
	mayAttend,
	visiblePairs,
	type AttentionScope,
	type Mask
} from '$lib/math/attention';

const GLOBAL: AttentionScope = { kind: 'global' };
const chunked = (chunk: number): AttentionScope => ({ kind: 'chunked', chunk });
const sliding = (chunk: number): AttentionScope => ({ kind: 'sliding', chunk });

/** The mask as one text per row, so that a test shows its picture. */
function picture({ queries, keys, allowed }: Mask): string[] {
	return Array.from({ length: queries }, (_, row) =>
		Array.from(allowed.subarray(row * keys, (row + 1) * keys), (ok) => (ok ? '#' : '.')).join('')
	);
}

describe('attentionMask', () => {
	test('is a staircase inside each chunk, the last one incomplete', () => {
		expect(picture(attentionMask(8, chunked(3)))).toEqual([
			'#.......',
			'##......',
			'###.....',
			'...#....',
			'...##...',
			'...###..',
			'......#.',
			'......##'
		]);
	});

	test('is a triangle in a global layer', () => {
		expect(picture(attentionMask(4, GLOBAL))).toEqual(['#...', '##..', '###.', '####']);
	});

	test('is a band in a sliding layer, which looks across every wall', () => {
		expect(picture(attentionMask(6, sliding(3)))).toEqual([
			'#.....',
			'##....',
			'###...',
			'.###..',
			'..###.',
			'...###'
		]);
	});

	test('of chunks of one lets each token see itself alone', () => {
		expect(picture(attentionMask(3, chunked(1)))).toEqual(['#..', '.#.', '..#']);
	});

	test('of a chunk longer than the sequence is the global one', () => {
		expect(attentionMask(5, chunked(9)).allowed).toEqual(attentionMask(5, GLOBAL).allowed);
	});

	test('agrees with mayAttend in every cell', () => {
		for (const scope of [GLOBAL, chunked(4), sliding(4)]) {
			const { allowed } = attentionMask(11, scope);
			allowed.forEach((ok, i) =>
				expect(ok === 1).toBe(mayAttend(Math.floor(i / 11), i % 11, scope))
			);
		}
	});

	test('refuses sizes and chunks that are no whole numbers of at least 1', () => {
		expect(() => attentionMask(0, GLOBAL)).toThrow('queries must be a whole number of at least 1');
		expect(() => attentionMask(2.5, GLOBAL)).toThrow(RangeError);
		expect(() => attentionMask(4, chunked(0))).toThrow('chunk must be');
		expect(() => attentionMask(4, sliding(NaN))).toThrow('chunk must be');
	});
});

describe('mayAttend', () => {
	test('lets position i of a chunked layer see i mod C + 1 positions', () => {
		for (let query = 0; query < 20; query++) {
			const seen = Array.from({ length: 20 }, (_, key) => mayAttend(query, key, chunked(6)));
			expect(seen.filter(Boolean)).toHaveLength((query % 6) + 1);
		}
	});

	test('starts at the wall, at the window, or at the beginning', () => {
		expect(firstVisible(8191, chunked(8192))).toBe(0);
		expect(firstVisible(8192, chunked(8192))).toBe(8192);
		expect(firstVisible(8192, sliding(8192))).toBe(1);
		expect(firstVisible(8192, GLOBAL)).toBe(0);
	});

	test('never looks ahead', () => {
		for (const scope of [GLOBAL, chunked(8), sliding(8)]) {
			expect(mayAttend(2, 3, scope)).toBe(false);
		}
	});
});

describe('attentionScope', () => {
	test('keeps the chunk only where it counts', () => {
		expect(attentionScope('global', 8)).toEqual({ kind: 'global' });
		expect(attentionScope('chunked', 8)).toEqual({ kind: 'chunked', chunk: 8 });
		expect(attentionScope('sliding', 8)).toEqual({ kind: 'sliding', chunk: 8 });
	});
});

describe('decodeMask', () => {
	test('is the matching piece of the whole mask', () => {
		for (const scope of [GLOBAL, chunked(6), sliding(6)]) {
			const whole = attentionMask(20, scope);
			const piece = decodeMask({ firstQuery: 13, queries: 4, firstKey: 9, keys: 8 }, scope);
			piece.allowed.forEach((ok, i) => {
				const [query, key] = [13 + Math.floor(i / 8), 9 + (i % 8)];
				expect(ok).toBe(whole.allowed[query * 20 + key]);
			});
		}
	});

	test('hides kept keys of an earlier chunk from a token just past the wall', () => {
		const mask = decodeMask({ firstQuery: 6, queries: 1, firstKey: 1, keys: 6 }, chunked(6));
		expect(picture(mask)).toEqual(['.....#']);
	});

	test('refuses a start before the sequence', () => {
		const span = { firstQuery: -1, queries: 1, firstKey: 0, keys: 1 };
		expect(() => decodeMask(span, GLOBAL)).toThrow('firstQuery');
	});
});

describe('keptKeys', () => {
	test('keeps the last C − 1 of a chunked layer and all of a global one', () => {
		expect([0, 4, 5, 6, 26].map((length) => keptKeys(length, chunked(6)))).toEqual([0, 4, 5, 5, 5]);
		expect(keptKeys(26, GLOBAL)).toBe(26);
		expect(keptKeys(9, chunked(1))).toBe(0);
	});

	test('never lets go of a key that a later query may see', () => {
		for (const scope of [GLOBAL, chunked(5), sliding(5)]) {
			for (let length = 1; length < 20; length++) {
				expect(length - keptKeys(length, scope)).toBeLessThanOrEqual(firstVisible(length, scope));
			}
		}
	});
});

describe('attentionScale', () => {
	const LLAMA4 = { floorScale: 8192, attnScale: 0.1 };

	test('is exactly 1 up to position 8190 and rises at 8191', () => {
		expect(attentionScale(0, LLAMA4)).toBe(1);
		expect(attentionScale(8190, LLAMA4)).toBe(1);
		expect(attentionScale(8191, LLAMA4)).toBeCloseTo(1 + 0.1 * Math.log(2), 15);
	});

	test.each([
		[8191, 1.0693],
		[131_072, 1.2833],
		[262_144, 1.3497],
		[1_048_576, 1.486],
		[10_485_760, 1.7155]
	])('at position %i is %f', (position, scale) => {
		expect(attentionScale(position, LLAMA4)).toBeCloseTo(scale, 4);
	});

	test('is worked by hand for floor scale 4: 1, then ln 2 at 3, ln 3 at 7', () => {
		const toy = { floorScale: 4, attnScale: 0.5 };
		expect([2, 3, 6, 7].map((position) => attentionScale(position, toy))).toEqual([
			1,
			1 + 0.5 * Math.log1p(1),
			1 + 0.5 * Math.log1p(1),
			1 + 0.5 * Math.log1p(2)
		]);
	});

	test('stays 1 when the growth is 0', () => {
		expect(attentionScale(1e6, { floorScale: 1, attnScale: 0 })).toBe(1);
	});
});

describe('decodeStep', () => {
	test('keeps one key less than a chunk, and at a wall sees none of them', () => {
		const steps = [0, 1, 2, 3, 4].map((position) => decodeStep(position, chunked(3)));
		expect(steps).toEqual([
			{ firstKey: 0, keys: 1, visible: 1, kept: 1 },
			{ firstKey: 0, keys: 2, visible: 2, kept: 2 },
			{ firstKey: 0, keys: 3, visible: 3, kept: 2 },
			{ firstKey: 1, keys: 3, visible: 1, kept: 2 },
			{ firstKey: 2, keys: 3, visible: 2, kept: 2 }
		]);
	});

	test('uses every key of a sliding window, and keeps all in a global layer', () => {
		expect(decodeStep(5, sliding(3))).toEqual({ firstKey: 3, keys: 3, visible: 3, kept: 2 });
		expect(decodeStep(5, GLOBAL)).toEqual({ firstKey: 0, keys: 6, visible: 6, kept: 6 });
	});

	test('sees what the last row of the mask of a whole pass allows', () => {
		for (const scope of [GLOBAL, chunked(1), chunked(4), sliding(1), sliding(4)]) {
			for (let position = 0; position < 13; position++) {
				const { firstKey, keys, visible } = decodeStep(position, scope);
				const row = attentionMask(position + 1, scope).allowed.subarray(-(position + 1));
				expect(row.reduce((sum, one) => sum + one, 0)).toBe(visible);
				expect(firstKey + keys).toBe(position + 1);
				// Nothing visible has been thrown away.
				expect(row.subarray(0, firstKey).includes(1)).toBe(false);
			}
		}
	});
});

describe('visiblePairs', () => {
	test('counts the cells of the mask', () => {
		for (const scope of [GLOBAL, chunked(1), chunked(3), chunked(20), sliding(1), sliding(4)]) {
			for (const length of [1, 2, 3, 11, 12]) {
				const cells = attentionMask(length, scope).allowed.reduce((sum, one) => sum + one, 0);
				expect(visiblePairs(length, scope)).toBe(cells);
			}
		}
	});

	test('is a quarter of the triangle for four chunks of 8,192', () => {
		expect(visiblePairs(32_768, chunked(8192))).toBe(134_234_112);
		expect(visiblePairs(32_768, GLOBAL)).toBe(536_887_296);
	});
});
