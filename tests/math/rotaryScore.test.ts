import { describe, expect, test } from 'vitest';
import { rmsNorm } from '$lib/math/norm';
import { random } from '$lib/math/random';
import { pairScore, plainScore, turnedPairs } from '$lib/math/rotaryScore';

const ROPE = { theta: 500_000, scaling: null };
const source = random(3);
const vector = (scale = 1) => Float64Array.from({ length: 16 }, () => scale * source.normal());

describe('the score of a turned query and key', () => {
	test('hangs on the distance of their positions alone', () => {
		const [q, k] = [vector(), vector()];
		const at = (m: number, n: number) => pairScore(turnedPairs(q, k, [m, n], ROPE));
		for (const shift of [1, 7, 1000]) expect(at(9 + shift, 4 + shift)).toBeCloseTo(at(9, 4), 9);
		expect(Math.abs(at(10, 4) - at(9, 4))).toBeGreaterThan(1e-3);
	});

	test('is the plain score where both stand at one position', () => {
		const [q, k] = [vector(), vector()];
		expect(pairScore(turnedPairs(q, k, [5, 5], ROPE))).toBeCloseTo(plainScore(q, k), 12);
	});

	test('keeps the length of every pair', () => {
		const [q, k] = [vector(), vector()];
		turnedPairs(q, k, [12, 3], ROPE).forEach(({ query, key }, i) => {
			expect(Math.hypot(...query)).toBeCloseTo(Math.hypot(q[2 * i]!, q[2 * i + 1]!), 12);
			expect(Math.hypot(...key)).toBeCloseTo(Math.hypot(k[2 * i]!, k[2 * i + 1]!), 12);
		});
	});

	test('cannot pass √K after QK-norm, however large the vectors were', () => {
		for (let i = 0; i < 100; i++) {
			const q = vector(100);
			// The worst case: a key along the query.
			const score = plainScore(
				rmsNorm(q, 1e-5),
				rmsNorm(
					q.map((x) => 3 * x),
					1e-5
				)
			);
			expect(score).toBeLessThanOrEqual(4);
			expect(score).toBeCloseTo(4, 3);
		}
	});
});
