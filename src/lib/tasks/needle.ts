import type { Random } from '$lib/math/random';
import type { Generator, Move } from './generator';
import { generatorTask } from './generatorTask';

/** Length of a block: the needle lies in the first, every later one ends with the question. */
const BLOCK = 8;
const HAY = ' hay';
const KEYS = [' red', ' blue', ' green', ' gold', ' pink', ' grey', ' black', ' white'];
/** Token 0 is hay, 1 … 8 are the keys, 9 is the question. */
const VOCABULARY = [HAY, ...KEYS, '?'];
const ASK = VOCABULARY.length - 1;

/*
 * A state is the key (0: not yet seen, else its token) and the place: 0 … 7 in the first block,
 * 8 … 15 in any later one.
 */
const PLACES = 2 * BLOCK;
const stateOf = (key: number, place: number) => key * PLACES + place;

function movesOf(state: number): Move[] {
	const place = state % PLACES;
	const key = (state - place) / PLACES;
	const next = (found: number) => stateOf(found, place === PLACES - 1 ? BLOCK : place + 1);
	const only = (token: number): Move[] => [{ probability: 1, token, next: next(key) }];

	if (place >= BLOCK) {
		if (place === PLACES - 1) return only(key);
		return only(place === PLACES - 2 ? ASK : 0);
	}
	if (key > 0) return only(0);
	// The needle is equally likely at each place of the first block, and certain at the last.
	const here = 1 / (BLOCK - place);
	const found = KEYS.map((_, i) => ({
		probability: here / KEYS.length,
		token: i + 1,
		next: next(i + 1)
	}));
	return here === 1 ? found : [...found, { probability: 1 - here, token: 0, next: next(0) }];
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

/** A text of any length that asks once, at its end. */
export interface Haystack {
	/** Hay and needles, then the question; the answer is not part of it. */
	tokens: Int32Array<ArrayBuffer>;
	/** Positions of the needles, each of another colour. */
	needles: readonly number[];
}

/**
 * One haystack as long as wanted, unlike those of the task, which ask after every block.
 *
 * @param length tokens in all, at least one more than there are needles
 * @param count needles, 1 to 8
 */
export function drawHaystack(random: Random, length: number, count = 1): Haystack {
	const needles: number[] = [];
	while (needles.length < count) {
		const place = random.integer(length - 1);
		if (!needles.includes(place)) needles.push(place);
	}
	const first = random.integer(KEYS.length);
	const tokens = new Int32Array(length);
	needles.forEach((place, i) => (tokens[place] = 1 + ((first + i) % KEYS.length)));
	tokens[length - 1] = ASK;
	return { tokens, needles };
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
			text: ' hay hay red hay hay hay hay hay hay hay hay hay hay hay?'
		},
		{
			title: 'Asked again',
			text: ' hay hay hay gold hay hay hay hay hay hay hay hay hay hay? gold hay hay hay hay hay hay?'
		}
	],
	generator: needleGenerator()
});
