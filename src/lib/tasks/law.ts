import { random } from '$lib/math/random';
import type { Generator, Move } from './generator';
import { generatorTask } from './generatorTask';
import type { Task } from './task';

const SYLLABLES = [...'bdlm'].flatMap((first) => [...'aeiu'].map((last) => ` ${first}${last}`));
const V = SYLLABLES.length;
/** How uneven the laws are: the standard deviation of the log weights. */
const UNEVENNESS = 2;

/**
 * The law of a token after each pair of tokens, drawn from a seed: shape [V, V, V], row-major, the
 * last axis summing to 1. Each row is the softmax of normal numbers of standard deviation 2.
 */
export function pairLaws(seed: number): Float64Array {
	const source = random(seed);
	const laws = new Float64Array(V * V * V);
	for (let row = 0; row < laws.length; row += V) {
		let total = 0;
		for (let i = row; i < row + V; i++) {
			laws[i] = Math.exp(UNEVENNESS * source.normal());
			total += laws[i]!;
		}
		for (let i = row; i < row + V; i++) laws[i] = laws[i]! / total;
	}
	return laws;
}

/** The states: 0 at the start, 1 + a after one token, 1 + V + a·V + b after the pair (a, b). */
function lawGenerator(laws: Float64Array): Generator {
	const pair = (a: number, b: number) => 1 + V + a * V + b;
	const anyToken = (next: (token: number) => number): Move[] =>
		SYLLABLES.map((_, token) => ({ probability: 1 / V, token, next: next(token) }));
	const moves: Move[][] = [anyToken((token) => 1 + token)];
	for (let a = 0; a < V; a++) moves.push(anyToken((b) => pair(a, b)));
	for (let a = 0; a < V; a++) {
		for (let b = 0; b < V; b++) {
			const row = (a * V + b) * V;
			moves.push(
				SYLLABLES.map((_, token) => ({
					probability: laws[row + token]!,
					token,
					next: pair(b, token)
				}))
			);
		}
	}
	return {
		vocabulary: V,
		starts: [{ probability: 1, state: 0, domain: null }],
		moves: (state) => moves[state]!
	};
}

/**
 * Babble of 16 syllables in which the last two settle the odds of the next; the first two are drawn
 * evenly. The smallest language whose true law is worth learning.
 *
 * @param seed draws the laws
 */
export function makeLaw(seed: number): Task {
	return generatorTask({
		id: 'law',
		title: 'Babble',
		about: 'Syllables whose last two settle the odds of the next: a language with a known law.',
		vocabulary: SYLLABLES,
		domains: [],
		examples: [
			{ title: 'Two syllables', text: ' ba di' },
			{ title: 'Four syllables', text: ' lu me ba li' }
		],
		generator: lawGenerator(pairLaws(seed))
	});
}
