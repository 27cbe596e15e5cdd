import { describe, expect, test } from 'vitest';
import proof from '../../src/lib/experiments/recorded/orderSensitivity.json';
import { load } from '../../src/routes/lessons/irope/+page.server';
import { armNumbers } from '../../src/routes/lessons/irope/numbers';
import { ownTrial } from '../../src/routes/lessons/irope/ownRun.svelte';
import { stackWords } from '../../src/routes/lessons/irope/stackWords';
import { placesOf, trialsOf } from '../../src/routes/lessons/irope/trials';

const TOKENS = Array.from({ length: 16 }, (_, i) => i);
/** The tests that a row of layers passes over sixteen tokens in chunks of eight, as the lesson has them. */
const passed = (layers: string) =>
	trialsOf(layers, 8, TOKENS)
		.filter(({ isPassed }) => isPassed)
		.map(({ name }) => name);

describe('the tests of a row of layers', () => {
	test('are all passed by one open layer among four, wherever a chunked one stands beneath it', () => {
		for (const layers of ['cccg', 'ccgc', 'cgcc']) expect(passed(layers)).toHaveLength(4);
		expect(passed('gccc')).toEqual(['Reach', 'Order nearby', 'Cost']);
	});

	test('fail for chunks alone, for open layers alone, and for half and half', () => {
		expect(passed('cccc')).toEqual(['Order nearby', 'Cost']);
		expect(passed('gggg')).toEqual(['Reach', 'Order nearby', 'Order behind the wall']);
		expect(passed('ccgg')).not.toContain('Cost');
		expect(passed('g')).toEqual(['Reach']);
	});

	test('swap neighbours in the first and in the last chunk, never the last token', () => {
		expect(placesOf(8, 16)).toEqual({ far: [2, 3], near: [9, 10] });
	});
});

describe('the row of the learner', () => {
	test('is trained beside that of Llama 4, alike in all but its layers', () => {
		const trial = ownTrial('gc', 1);
		const [own, scout] = trial?.arms ?? [];
		expect(own?.config.layers.map(({ positions }) => positions)).toEqual(['nope', 'rope']);
		expect({ ...own?.config, layers: [] }).toEqual({ ...scout?.config, layers: [] });
		expect(own?.train).toEqual(scout?.train);
	});

	test('is named layer by layer, the first one first', () => {
		expect(stackWords('cccg')).toBe('Three chunked layers, then one NoPE layer');
		expect(stackWords('g')).toBe('One NoPE layer');
		expect(stackWords('ccgc')).toBe(
			'Two chunked layers, then one NoPE layer, then one chunked layer'
		);
	});
});

describe('the words of the lesson', () => {
	const { words, asked } = load();
	const said = JSON.stringify(words);

	test('tell the recorded runs as they are', () => {
		const { scout, nopeFirst } = armNumbers(proof);
		expect(nopeFirst?.first[1]).toBeLessThan(65);
		expect(said).toContain(
			`on top ${scout?.first[0].toFixed(1)} to ${scout?.first[1].toFixed(1)} %`
		);
	});

	test('have seven steps, and each asks for something', () => {
		expect(words.steps).toHaveLength(7);
		for (const { act, picture } of words.steps)
			expect(act.length * picture.length).toBeGreaterThan(0);
	});

	test('show a text of the task whose answer is its first colour', () => {
		const [first] = asked.colours;
		expect(asked.texts.at(-1)).toBe(asked.texts[first]);
		expect(asked.tokens).toHaveLength(16);
	});
});
