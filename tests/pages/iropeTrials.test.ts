import { describe, expect, test } from 'vitest';
import { trialsOf } from '../../src/routes/lessons/irope/trials';

/** The tests that a row of layers passes over sixteen tokens in chunks of eight, as the lesson has them. */
const passed = (layers: string) =>
	trialsOf(layers, 8, 16)
		.filter(({ isPassed }) => isPassed)
		.map(({ name }) => name);

describe('the tests of a row of layers', () => {
	test('are all passed by one open layer among four, whichever place it has', () => {
		for (const layers of ['cccg', 'ccgc', 'cgcc', 'gccc']) {
			expect(passed(layers)).toEqual(['Reach', 'Distance', 'Cost']);
		}
	});

	test('fail for chunks alone, for open layers alone, and for half and half', () => {
		expect(passed('cccc')).toEqual(['Distance', 'Cost']);
		expect(passed('gggg')).toEqual(['Reach']);
		expect(passed('ccgg')).toEqual(['Reach']);
	});
});
