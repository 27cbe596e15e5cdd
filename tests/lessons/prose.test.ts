import { describe, expect, test } from 'vitest';
import { plainText, readProse } from '../../src/routes/lessons/prose';

describe('a paragraph of a lesson', () => {
	test('is cut into terms, stress, code and plain text', () => {
		expect(readProse('The [[gate]] of *one* `expert`, a [[chunk|short stretch]].')).toEqual([
			{ kind: 'plain', text: 'The ' },
			{ kind: 'term', term: 'gate', text: 'gate' },
			{ kind: 'plain', text: ' of ' },
			{ kind: 'stress', text: 'one' },
			{ kind: 'plain', text: ' ' },
			{ kind: 'code', text: 'expert' },
			{ kind: 'plain', text: ', a ' },
			{ kind: 'term', term: 'chunk', text: 'short stretch' },
			{ kind: 'plain', text: '.' }
		]);
	});

	test('keeps a star between numbers, an open mark and a lonely bracket as they are', () => {
		for (const text of ['2 * 3 * 4', 'an *open one', '[[gate', 'a `b', '']) {
			expect(plainText(text)).toBe(text);
			expect(readProse(text).every(({ kind }) => kind === 'plain')).toBe(true);
		}
	});

	test('is read out without its marks', () => {
		expect(plainText('*Predict*: the [[gate|gate’s]] `size`')).toBe('Predict: the gate’s size');
	});
});
