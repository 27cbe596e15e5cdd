import { describe, expect, test } from 'vitest';
import { mutualInformation, pairCounts } from '$lib/math/information';

describe('pairCounts', () => {
	test('counts each pair of labels', () => {
		expect([...pairCounts([0, 1, 1, 1], [2, 0, 0, 1], [2, 3])]).toEqual([0, 0, 1, 2, 1, 0]);
	});

	test('refuses lists of different lengths and labels out of range', () => {
		expect(() => pairCounts([0], [0, 1], [1, 2])).toThrow('as many labels');
		expect(() => pairCounts([0], [2], [1, 2])).toThrow('the pair 0, 2 is outside 1 × 2');
		expect(() => pairCounts([-1], [0], [1, 2])).toThrow('outside');
	});
});

describe('mutualInformation', () => {
	test('is the entropy of a label that the other one fixes: ln 2 for a fair coin', () => {
		expect(mutualInformation([5, 0, 0, 5], 2)).toBeCloseTo(Math.log(2), 12);
	});

	test('is 0 where one label tells nothing about the other', () => {
		expect(mutualInformation([2, 4, 1, 2], 2)).toBeCloseTo(0, 12);
		expect(mutualInformation([7, 9], 2)).toBe(0);
	});

	test('is the same whichever label comes first', () => {
		const table = [3, 1, 0, 2, 2, 5];
		const turned = [3, 2, 1, 2, 0, 5];
		expect(mutualInformation(table, 3)).toBeCloseTo(mutualInformation(turned, 2), 12);
	});

	test('has the value worked by hand for a table of four cases', () => {
		// Rows ½ and ½, columns ¼ and ¾: ¼ ln 2 + ¼ ln ⅔ + ½ ln 4/3.
		const expected = Math.log(2) / 4 + Math.log(2 / 3) / 4 + Math.log(4 / 3) / 2;
		expect(mutualInformation([1, 1, 0, 2], 2)).toBeCloseTo(expected, 12);
	});

	test('is 0 for a table without cases', () => {
		expect(mutualInformation([0, 0, 0, 0], 2)).toBe(0);
	});
});
