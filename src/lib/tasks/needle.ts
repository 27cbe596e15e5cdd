import type { Generator, Move } from './generator';
import { generatorTask } from './generatorTask';

/** Length of a block: the needle lies in the first, every later one ends with the question. */
const BLOCK = 8;
const HAY = [' hay', ' straw', ' grass', ' chaff'];
const KEYS = [' red', ' blue', ' green', ' gold', ' pink', ' grey', ' black', ' white'];
const VOCABULARY = [...HAY, ...KEYS, '?'];
const ASK = VOCABULARY.length - 1;

/*
 * A state is the key (0: not yet seen, k: key k − 1) and the place: 0 … 7 in the first block,
 * 8 … 15 in any later one.
 */
const PLACES = 2 * BLOCK;
const stateOf = (key: number, place: number) => key * PLACES + place;

function movesOf(state: number): Move[] {
	const place = state % PLACES;
	const key = (state - place) / PLACES;
	const next = (found: number) => stateOf(found, place === PLACES - 1 ? BLOCK : place + 1);
	const hay = (share: number): Move[] =>
		HAY.map((_, token) => ({ probability: share / HAY.length, token, next: next(key) }));

	if (place >= BLOCK) {
		if (place === PLACES - 2) return [{ probability: 1, token: ASK, next: next(key) }];
		if (place < PLACES - 2) return hay(1);
		return [{ probability: 1, token: HAY.length + key - 1, next: next(key) }];
	}
	if (key > 0) return hay(1);
	// The needle is equally likely at each place of the first block, and certain at the last.
	const here = 1 / (BLOCK - place);
	const found = KEYS.map((_, i) => ({
		probability: here / KEYS.length,
		token: HAY.length + i,
		next: next(i + 1)
	}));
	return here === 1 ? found : [...found, ...hay(1 - here)];
}

function needleGenerator(): Generator {
	const moves: (readonly Move[] | undefined)[] = [];
	return {
		vocabulary: VOCABULARY.length,
		starts: [{ probability: 1, state: stateOf(0, 0), domain: null }],
		moves: (state) => (moves[state] ??= movesOf(state))
	};
}

/**
 * Positions at which the needle is the answer: the last of each block of 8 but the first. Without a
 * way across the walls of chunks of 8 the loss there stays at ln 8 = 2.08 nats; with one it goes to 0.
 */
export function needleAnswers(length: number): number[] {
	const positions: number[] = [];
	for (let t = 2 * BLOCK - 1; t < length; t += BLOCK) positions.push(t);
	return positions;
}

/** One of eight colours lies among hay in the first block of 8 and is asked for in every later one. */
export const needle = generatorTask({
	id: 'needle',
	title: 'Needle',
	about:
		'A colour lies in a haystack of eight words; eight words later, and again, it is asked for.',
	vocabulary: VOCABULARY,
	domains: [],
	examples: [
		{
			title: 'Asked once',
			text: ' hay straw red grass chaff hay hay straw chaff grass hay straw straw hay?'
		},
		{
			title: 'Asked again',
			text: ' grass chaff hay gold straw hay chaff grass hay hay straw chaff grass hay? gold straw hay hay chaff grass straw?'
		}
	],
	generator: needleGenerator()
});
