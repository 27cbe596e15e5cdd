import { random } from '$lib/math/random';
import type { Generator, Move } from './generator';
import { generatorTask } from './generatorTask';
import type { Task } from './task';

/** Syllables that may open a name, and as many that may close it: 40 × 40 = 1,600 names. */
const SYLLABLES = [...'bdfklmnr'].flatMap((first) => [...'aeiou'].map((last) => first + last));
const COLOURS = [
	...['red', 'blue', 'green', 'gold', 'pink', 'grey', 'black', 'white'],
	...['brown', 'silver', 'orange', 'yellow', 'violet', 'ivory', 'coral', 'jade']
].map((colour) => ` ${colour}`);
const N = SYLLABLES.length;
const OPENINGS = SYLLABLES.map((s) => ` ${s[0]!.toUpperCase()}${s[1]!}`);
const VOCABULARY = [...OPENINGS, ...SYLLABLES, ...COLOURS];

/**
 * The colour of every name, drawn from a seed: shape [1600], row-major over opening and closing
 * syllable, each an index into the 16 colours.
 */
export function factTable(seed: number): Uint8Array {
	const source = random(seed);
	return Uint8Array.from({ length: N * N }, () => source.integer(COLOURS.length));
}

/** The states: 0 before a fact, 1 + a after an opening, 1 + N + c after a name of colour c. */
function factGenerator(table: Uint8Array): Generator {
	const opening: Move[] = OPENINGS.map((_, a) => ({ probability: 1 / N, token: a, next: 1 + a }));
	const closings = OPENINGS.map((_, a): Move[] =>
		SYLLABLES.map((_syllable, b) => ({
			probability: 1 / N,
			token: N + b,
			next: 1 + N + table[a * N + b]!
		}))
	);
	const colours = COLOURS.map((_, c): Move[] => [{ probability: 1, token: 2 * N + c, next: 0 }]);
	const moves = [opening, ...closings, ...colours];
	return {
		vocabulary: VOCABULARY.length,
		starts: [{ probability: 1, state: 0, domain: null }],
		moves: (state) => moves[state]!
	};
}

/**
 * Positions whose token is a fact, every third one: names are drawn at random, so that the loss
 * there goes to 0 as the facts are learned, and nowhere else below ln 40.
 */
export function factAnswers(length: number): number[] {
	return Array.from({ length: Math.floor(length / 3) }, (_, i) => 3 * i + 2);
}

/**
 * 1,600 creatures, each with a name of two syllables and a colour that follows from nothing: it can
 * only be remembered.
 *
 * @param seed draws the colours
 */
export function makeFacts(seed: number): Task {
	const table = factTable(seed);
	const name = (a: number, b: number) => OPENINGS[a]! + SYLLABLES[b]!;
	return generatorTask({
		id: 'facts',
		title: 'Facts',
		about:
			'The colours of 1,600 creatures, drawn at random: nothing to understand, all to remember.',
		vocabulary: VOCABULARY,
		domains: [],
		examples: [
			{ title: 'One creature', text: name(0, 27) },
			{
				title: 'A known one, then another',
				text: name(21, 7) + COLOURS[table[21 * N + 7]!]! + name(38, 12)
			}
		],
		generator: factGenerator(table),
		continuations: new Set(SYLLABLES.map((_, b) => N + b))
	});
}
