import { firstVisible, type AttentionScope } from '$lib/math/attention';
import type { AttendSizes } from '$lib/kernels/attend';
import { half } from './program';

/*
 * Two neighbouring queries look through one window of keys, which starts at an even key and is as
 * long as any pair of queries needs: C for even chunks, so that tables of scores cost T · C. A table
 * has one row per batch item, head and query, in that order, and one column per key of the window.
 * Sequences of odd length are filled up with one position, so that pairs never straddle.
 */

/** Sizes of an attention and of its tables. */
export interface PairSizes extends AttendSizes {
	/** Queries and keys of a sequence, made even. */
	readonly evenQueries: number;
	readonly evenKeys: number;
	/** Length of the window. */
	readonly window: number;
	/** Shape of a table. */
	readonly table: readonly [number, number];
}

/** Adds to the sizes of an attention those of its tables. */
export function pairSizes(sizes: AttendSizes): PairSizes {
	const [evenQueries, evenKeys] = [2 * half(sizes.queries), 2 * half(sizes.keys)];
	let window = 2;
	for (let query = 0; query < sizes.queries; query += 2) {
		const position = sizes.firstQuery + query;
		const from = Math.max(0, firstVisible(position, sizes.scope) - sizes.firstKey);
		const to = Math.min(sizes.keys, position + 2 - sizes.firstKey);
		window = Math.max(window, 2 * half(to - 2 * Math.floor(from / 2)));
	}
	const table = [sizes.batch * sizes.heads * evenQueries, window] as const;
	return { ...sizes, evenQueries, evenKeys, window, table };
}

/** The lengths that the programs of an attention take. */
export function lengthsOf(sizes: PairSizes): Record<string, number> {
	const { firstQuery, queries, firstKey, keys, evenQueries, evenKeys, window } = sizes;
	return { firstQuery, queries, firstKey, keys, evenQueries, evenKeys, window };
}

/** GLSL: the first position that a position sees. */
function firstSeen(scope: AttentionScope): string {
	switch (scope.kind) {
		case 'chunked':
			return `position - position % ${scope.chunk}`;
		case 'sliding':
			return `max(0, position - ${scope.chunk - 1})`;
		case 'global':
			return '0';
	}
}

/** GLSL: the last position that sees a position. */
function lastSeeing(scope: AttentionScope): string {
	switch (scope.kind) {
		case 'chunked':
			return `position - position % ${scope.chunk} + ${scope.chunk - 1}`;
		case 'sliding':
			return `position + ${scope.chunk - 1}`;
		case 'global':
			return String(2 ** 30);
	}
}

/**
 * GLSL functions on queries and keys counted from 0:
 * - `int earliest(int query)`: the first key that a query sees;
 * - `bool sees(int query, int key)`;
 * - `int windowOf(int query)`: where the window of a query's pair starts;
 * - `int lastQuery(int key)`: the last query that sees a key.
 */
export function sightFunctions(scope: AttentionScope): string {
	return `int earliest(int query) {
	int position = query + firstQuery;
	return max(0, (${firstSeen(scope)}) - firstKey);
}
bool sees(int query, int key) {
	return query < queries && key < keys && key >= earliest(query) &&
		key <= query + firstQuery - firstKey;
}
int windowOf(int query) { return earliest(query & ~1) & ~1; }
int lastQuery(int key) {
	int position = key + firstKey;
	return min(queries - 1, (${lastSeeing(scope)}) - firstQuery);
}`;
}
