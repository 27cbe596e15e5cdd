import { visiblePairs } from '$lib/math/attention';
import { firstReached } from '$lib/math/reach';
import { orderRipple } from '$lib/math/ripple';
import { stackScopes } from '$lib/math/stack';
import { shareWords } from '$lib/views/ripple';

/** Share of all pairs that a model of the last step may cost. Ours. */
const MOST_PAIRS = 0.7;

/** One of the things that the learner's row of layers is asked for. */
export interface Trial {
	name: string;
	isPassed: boolean;
	said: string;
}

/** The two neighbours that change places: near the start of the text, and right behind the last wall. */
export function placesOf(
	chunk: number,
	size: number
): Record<'far' | 'near', readonly [number, number]> {
	const wall = size - 1 - ((size - 1) % chunk);
	return { far: [2, 3], near: [wall + 1, wall + 2] };
}

/** The tests of a row of layers over some tokens. Ours: nobody published how Llama 4's was chosen. */
export function trialsOf(layers: string, chunk: number, tokens: readonly number[]): Trial[] {
	const size = tokens.length;
	const scopes = stackScopes(layers, chunk);
	const reached = size - firstReached(size - 1, scopes);
	const pairs = scopes.reduce((sum, scope) => sum + visiblePairs(size, scope), 0);
	const share = pairs / (scopes.length * visiblePairs(size, { kind: 'global' }));
	const places = placesOf(chunk, size);
	const sensitivity = (swapped: readonly [number, number]) =>
		orderRipple(layers, chunk, tokens, swapped).at(-1)?.at(-1) ?? 0;
	const orderTrial = (name: string, where: string, swapped: readonly [number, number]): Trial => {
		const change = sensitivity(swapped);
		return {
			name,
			isPassed: change > 0,
			said: `two tokens ${where} change places, and the last output changes by ${shareWords(change)}`
		};
	};
	return [
		{
			name: 'Reach',
			isPassed: reached === size,
			said: `${reached} of ${size} tokens reach the last one`
		},
		orderTrial('Order nearby', 'in the last chunk', places.near),
		orderTrial('Order behind the wall', 'in the first chunk', places.far),
		{
			name: 'Cost',
			isPassed: share <= MOST_PAIRS,
			said: `${share.toFixed(2)} of the pairs of open layers; at most ${MOST_PAIRS}`
		}
	];
}
