import { describe, expect, test } from 'vitest';
import { random } from '$lib/math/random';
import { SEED_EXAMPLE, suggest, taskOf } from '$lib/tasks';

const tales = taskOf('tales');
const next = (text: string) => suggest(tales, text).map(({ text: word }) => word);

describe('tales', () => {
	test('fit in 128 tokens and have at least six domains', () => {
		expect(tales.vocabulary.length).toBeLessThanOrEqual(128);
		expect(tales.domains.length).toBeGreaterThanOrEqual(6);
	});

	test('begin their vocabulary with the line break and the seed example', () => {
		expect(tales.vocabulary.slice(0, 7)).toEqual(['\n', ...SEED_EXAMPLE.tokens]);
		expect(Array.from(tales.encode(SEED_EXAMPLE.text).tokens)).toEqual([1, 2, 3, 4, 5, 6]);
		expect(SEED_EXAMPLE.tokens.join('')).toBe(SEED_EXAMPLE.text);
	});

	test('say the seed example in one domain of their own accord', () => {
		const source = random(1);
		const domains = new Set<string>();
		for (let n = 0; n < 500; n++) {
			const { tokens, domain } = tales.sample(source, 32);
			if (tales.decode(tokens).includes(SEED_EXAMPLE.text)) domains.add(tales.domains[domain!]!);
		}
		expect([...domains]).toEqual(['questions']);
	});

	test('solve every sum of two digits', () => {
		for (let a = 0; a < 10; a++) {
			for (let b = 0; b < 10; b++) expect(next(`${a} + ${b} =`)).toEqual([String(a + b)]);
		}
	});

	test('remember across more than a chunk of 8 tokens', () => {
		expect(next('Today it is rainy in Oslo. The wind is cold, the night is dark. Take a')).toEqual([
			' coat'
		]);
		expect(next('Turn left at the oak, walk to the zoo. The way back is')).toEqual([' right']);
		expect(next('let x = 7, y = 2; print x; //')).toEqual(['7']);
		expect(next('let x = 7, y = 2; print y; //')).toEqual(['2']);
		expect(
			next('Once Leo the llama lost a drum. Leo looked at the oak, the zoo and in Rome. There')
		).toEqual([' Leo']);
	});

	test('keep the town of a sequence from one story to the next', () => {
		const story =
			'Today it is rainy in Oslo. The wind is cold, the night is dark. Take a coat to Oslo.\n';
		expect(next(`${story}Today it is sunny in`)).toEqual([' Oslo']);
	});

	test('suggest what may follow, likeliest first, and nothing after nonsense', () => {
		const suggestions = suggest(tales, 'let x =', 3);
		expect(suggestions.map(({ text }) => text)).toEqual(['0', '1', '2']);
		expect(suggestions[0]!.probability).toBeCloseTo(0.1, 12);
		expect(suggest(tales, 'rice rice rice')).toEqual([]);
	});

	test('show every domain in their examples', () => {
		const shown = tales.examples.map(({ text }) => tales.encode(text).tokens[0]);
		expect(new Set(shown).size).toBe(tales.domains.length);
	});
});
