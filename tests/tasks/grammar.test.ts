import { describe, expect, test } from 'vitest';
import { lawAfter, positionEntropies } from '$lib/tasks/generator';
import { compileGrammar, type Grammar } from '$lib/tasks/grammar';

const GRAMMAR: Grammar = {
	storyEnd: '\n',
	first: ['\n'],
	signs: [' = '],
	lists: { name: ['Mia', 'Tom'], turn: ['left', 'right'] },
	rules: { back: (turn) => (turn === 'left' ? 'right' : 'left') },
	domains: [
		{ name: 'names', weight: 3, topics: ['name'], stories: ['I am {name}, {name}.'] },
		{ name: 'turns', weight: 1, topics: [], stories: ['x = {turn}, {other turn}, {back of turn}'] }
	]
};

const { vocabulary, continuations, generator } = compileGrammar(GRAMMAR);
const ids = (...texts: string[]) => texts.map((text) => vocabulary.indexOf(text));
/** The tokens that may follow, with their chances. */
const after = (...texts: string[]): Record<string, number> =>
	Object.fromEntries(
		Array.from(lawAfter(generator, ids(...texts)) ?? []).flatMap((p, id) =>
			p === 0 ? [] : [[vocabulary[id]!, p] as const]
		)
	);

describe('a grammar', () => {
	test('gives each word its space and keeps the tokens asked for first', () => {
		expect(vocabulary).toEqual([
			...['\n', 'I', ' am', ' Mia', ' Tom', ',', '.'],
			...['x', ' = ', 'left', 'right', ' left', ' right']
		]);
	});

	test('opens half of the sequences with a line break and draws domains by weight', () => {
		expect(after()).toEqual({ '\n': 0.5, I: 0.375, x: 0.125 });
		expect(after('\n')).toEqual({ I: 0.75, x: 0.25 });
	});

	test('repeats a word of a list once it is drawn', () => {
		expect(after('I', ' am')).toEqual({ ' Mia': 0.5, ' Tom': 0.5 });
		expect(after('I', ' am', ' Tom', ',')).toEqual({ ' Tom': 1 });
	});

	test('keeps the word of a topic from story to story', () => {
		expect(after('I', ' am', ' Mia', ',', ' Mia', '.', '\n', 'I', ' am')).toEqual({ ' Mia': 1 });
	});

	test('draws other words anew in each story', () => {
		const story = ['x', ' = ', 'left', ',', ' right', ',', ' right', '\n'];
		expect(after(...story, 'x', ' = ')).toEqual({ left: 0.5, right: 0.5 });
	});

	test('draws another word of the same list and derives words by rule', () => {
		expect(after('x', ' = ', 'right', ',')).toEqual({ ' left': 1 });
		expect(after('x', ' = ', 'right', ',', ' left', ',')).toEqual({ ' left': 1 });
	});

	test('stays in its domain', () => {
		expect(after('I', ' am', ' Mia', ',', ' Mia', '.', '\n')).toEqual({ I: 1 });
	});

	test('knows its entropies: the domain, then one word of two', () => {
		const domain = -(0.75 * Math.log(0.75) + 0.25 * Math.log(0.25));
		const entropies = positionEntropies(generator, 3);
		expect(entropies[0]).toBeCloseTo(Math.log(2) + domain / 2, 12);
		expect(entropies[1]).toBeCloseTo(domain / 2, 12);
		expect(entropies[2]).toBeCloseTo(Math.log(2) / 2, 12);
	});

	test('marks tokens that continue a word', () => {
		expect(continuations.size).toBe(0);
		const split = compileGrammar({
			...GRAMMAR,
			domains: [{ name: 'a', weight: 1, topics: [], stories: ['A ch|unk'] }]
		});
		expect(split.vocabulary).toEqual(['\n', 'A', ' ch', 'unk']);
		expect([...split.continuations]).toEqual([3]);
	});

	test.each(['{nobody}', '{other nobody}', '{back of nobody}', '{nothing of turn}'])(
		'refuses a story with the unknown slot %s',
		(slot) => {
			const domains = [{ name: 'a', weight: 1, topics: [], stories: [slot] }];
			expect(() => compileGrammar({ ...GRAMMAR, domains })).toThrow(/there is no (word list|rule)/);
		}
	);
});
