import { expect, test } from 'vitest';
import { tokenLosses } from '$lib/math/tokenLosses';

test('each position pays for the token that follows, the last one for none', () => {
	// Three positions, two tokens: even odds, then 3 to 1 for token 1, then anything.
	const logits = Float64Array.of(0, 0, 0, Math.log(3), 9, 9);
	const losses = tokenLosses(logits, [0, 1, 1]);
	expect(losses[0]).toBeCloseTo(Math.log(2), 12);
	expect(losses[1]).toBeCloseTo(Math.log(4 / 3), 12);
	expect(losses[2]).toBeNaN();
});

test('refuses a token that has no logit', () => {
	expect(() => tokenLosses(Float64Array.of(0, 0, 0, 0), [0, 7])).toThrow('no logit for token 7');
});
