import { rotate, rotations, type RopeSettings } from './rope';

/** One pair of numbers of a query and a key, each an arrow, after their turns. */
export interface TurnedPair {
	query: readonly [number, number];
	key: readonly [number, number];
	/** What the pair adds to the score, before the division by √K. */
	product: number;
}

/**
 * The pairs of a query at one position and a key at another, both turned. Turning both by as much
 * leaves every product as it is: only the distance of the positions counts.
 *
 * Source: `apply_rotary_emb`, meta-llama/llama-models, models/llama4/model.py.
 *
 * @param positions of the query and of the key
 */
export function turnedPairs(
	query: ArrayLike<number>,
	key: ArrayLike<number>,
	positions: readonly [number, number],
	settings: RopeSettings
): TurnedPair[] {
	const table = rotations(positions, query.length, settings, 'float64');
	const [q, k] = [rotate(query, table, 0), rotate(key, table, 1)];
	return Array.from({ length: table.pairs }, (_, pair) => {
		const [qx, qy] = [q[2 * pair] ?? 0, q[2 * pair + 1] ?? 0];
		const [kx, ky] = [k[2 * pair] ?? 0, k[2 * pair + 1] ?? 0];
		return { query: [qx, qy], key: [kx, ky], product: qx * kx + qy * ky };
	});
}

/** The score that the pairs add up to: `q · k / √K`. */
export function pairScore(pairs: readonly TurnedPair[]): number {
	return pairs.reduce((sum, { product }) => sum + product, 0) / Math.sqrt(2 * pairs.length);
}

/** The score of a query and a key without any turn, as in a NoPE layer before its scale. */
export function plainScore(query: ArrayLike<number>, key: ArrayLike<number>): number {
	let sum = 0;
	for (let i = 0; i < query.length; i++) sum += (query[i] ?? 0) * (key[i] ?? 0);
	return sum / Math.sqrt(query.length);
}
