import { visiblePairs } from '$lib/math/attention';
import { firstReached } from '$lib/math/reach';
import { stackScopes } from '$lib/math/stack';

/** Share of all pairs that a model of the last step may cost. Ours. */
const MOST_PAIRS = 0.7;

/** One of the three things that the learner's row of layers is asked for. */
export interface Trial {
	name: string;
	isPassed: boolean;
	said: string;
}

/** The three tests of a row of layers over so many tokens. Ours: nobody published how Llama 4's was chosen. */
export function trialsOf(layers: string, chunk: number, tokens: number): Trial[] {
	const scopes = stackScopes(layers, chunk);
	const reached = tokens - firstReached(tokens - 1, scopes);
	const turning = scopes.filter(({ kind }) => kind !== 'global').length;
	const pairs = scopes.reduce((sum, scope) => sum + visiblePairs(tokens, scope), 0);
	const share = pairs / (scopes.length * visiblePairs(tokens, { kind: 'global' }));
	return [
		{
			name: 'Reach',
			isPassed: reached === tokens,
			said: `${reached} of ${tokens} tokens reach the last one`
		},
		{
			name: 'Distance',
			isPassed: 2 * turning > scopes.length,
			said: `${turning} of ${scopes.length} layers turn; more than half must`
		},
		{
			name: 'Cost',
			isPassed: share <= MOST_PAIRS,
			said: `${share.toFixed(2)} of the pairs of open layers; at most ${MOST_PAIRS}`
		}
	];
}
