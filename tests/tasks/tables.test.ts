import { describe, expect, test } from 'vitest';
import { random } from '$lib/math/random';
import { suggest, taskOf } from '$lib/tasks';
import { factAnswers, factTable, makeFacts } from '$lib/tasks/facts';
import { entropy } from '$lib/tasks/generator';
import { makeLaw, pairLaws } from '$lib/tasks/law';
import { needleAnswers } from '$lib/tasks/needle';
import { firstAnswers, middleAnswers } from '$lib/tasks/order';

describe('needle', () => {
	const needle = taskOf('needle');

	test('hides one colour of eight in the first block and asks for it in every later one', () => {
		const source = random(1);
		const seen = new Set<number>();
		const places = new Set<number>();
		for (let n = 0; n < 300; n++) {
			const { tokens } = needle.sample(source, 32);
			const block = Array.from(tokens.subarray(0, 8));
			const key = block.filter((id) => id >= 1);
			expect(key).toHaveLength(1);
			seen.add(key[0]!);
			places.add(block.indexOf(key[0]!));
			for (const t of needleAnswers(32)) {
				expect(tokens[t]).toBe(key[0]);
				expect(needle.vocabulary[tokens[t - 1]!]).toBe('?');
			}
		}
		expect(seen.size).toBe(8);
		expect(places.size).toBe(8);
	});

	test('scores the last place of each block but the first', () => {
		expect(needleAnswers(32)).toEqual([15, 23, 31]);
		expect(needleAnswers(15)).toEqual([]);
	});

	test('is certain at each answer once the needle is seen, and knows the odds before', () => {
		const { tokens } = needle.sample(random(2), 32);
		for (const t of needleAnswers(32)) {
			expect(entropy(needle.law(tokens.subarray(0, t))!)).toBe(0);
		}
		// First place: a needle with chance 1/8, in eight colours; else hay.
		const first = needle.law([])!;
		expect(first[0]).toBeCloseTo(7 / 8, 12);
		expect(first[1]).toBeCloseTo(1 / 64, 12);
	});

	test('has as its floor what the place and the colour leave open after the first token', () => {
		// 8 places × 8 colours, all equally likely: ln 64 in all. The first token is hay with chance 7/8.
		const first = -(7 / 8) * Math.log(7 / 8) + (1 / 8) * Math.log(64);
		expect(needle.floor(32)).toBeCloseTo((Math.log(64) - first) / 31, 12);
	});
});

describe('order', () => {
	const order = taskOf('order');
	const text = (tokens: ArrayLike<number>, t: number) => order.vocabulary[tokens[t] ?? -1];

	test('hides two colours in the first block and asks which came first', () => {
		const source = random(1);
		const places = new Set<string>();
		for (let n = 0; n < 600; n++) {
			const { tokens } = order.sample(source, 32);
			const found = Array.from(tokens.subarray(0, 8).keys()).filter((t) => tokens[t] !== 0);
			expect(found).toHaveLength(2);
			places.add(found.join());
			expect(tokens[found[0]!]).not.toBe(tokens[found[1]!]);
			for (const t of firstAnswers(32)) {
				expect(text(tokens, t - 1)).toBe(' first');
				expect(tokens[t]).toBe(tokens[found[0]!]);
			}
		}
		expect(places.size).toBe(28);
	});

	test('asks which of three syllables stood in the middle', () => {
		const { tokens } = order.sample(random(2), 32);
		for (const t of middleAnswers(32)) {
			expect(text(tokens, t - 1)).toBe(' middle');
			expect(tokens[t]).toBe(tokens[t - 3]);
			expect(entropy(order.law(tokens.subarray(0, t))!)).toBe(0);
		}
	});

	test('scores the places of both answers', () => {
		expect(middleAnswers(32)).toEqual([12, 20, 28]);
		expect(firstAnswers(32)).toEqual([15, 23, 31]);
		expect(firstAnswers(15)).toEqual([]);
	});
});

describe('facts', () => {
	test('has 1,600 facts that depend on the seed alone', () => {
		expect(factTable(1)).toHaveLength(1600);
		expect(factTable(1)).toEqual(factTable(1));
		expect(factTable(2)).not.toEqual(factTable(1));
		expect(new Set(factTable(1)).size).toBe(16);
	});

	test('tells the same colour of a name every time', () => {
		const [only, ...others] = suggest(makeFacts(1), ' Bale');
		expect(others).toEqual([]);
		// "Ba" is opening 0 and "le" closing 21: b d f k l m n r, each with a e i o u.
		expect(only!.id).toBe(80 + factTable(1)[21]!);
	});

	test('has a floor of two even draws of 40 in three tokens', () => {
		// Length 31 predicts 30 tokens: ten closings, ten colours, ten openings.
		expect(makeFacts(1).floor(31)).toBeCloseTo((2 / 3) * Math.log(40), 10);
	});

	test('scores every third token', () => {
		expect(factAnswers(10)).toEqual([2, 5, 8]);
	});
});

describe('law', () => {
	test('draws a law for every pair, each summing to 1, from the seed alone', () => {
		const laws = pairLaws(1);
		expect(laws).toHaveLength(16 ** 3);
		for (let row = 0; row < laws.length; row += 16) {
			expect(laws.subarray(row, row + 16).reduce((a, b) => a + b, 0)).toBeCloseTo(1, 12);
		}
		expect(pairLaws(1)).toEqual(laws);
		expect(pairLaws(2)).not.toEqual(laws);
	});

	test('is the law of the last two tokens, and even before there are two', () => {
		const law = makeLaw(1);
		expect(law.law([])!.every((p) => p === 1 / 16)).toBe(true);
		expect(law.law([3])!.every((p) => p === 1 / 16)).toBe(true);
		const row = pairLaws(1).subarray((3 * 16 + 5) * 16, (3 * 16 + 6) * 16);
		Array.from(law.law([9, 3, 5])!).forEach((p, i) => expect(p).toBeCloseTo(row[i]!, 12));
	});

	test('has ln 16 as the floor of its second token', () => {
		expect(makeLaw(1).floor(2)).toBeCloseTo(Math.log(16), 12);
	});
});
