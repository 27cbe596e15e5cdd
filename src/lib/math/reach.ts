import { firstVisible, type AttentionScope, type Mask } from './attention';

/**
 * Which positions an output depends on, step by step down the layers. Every layer adds to the
 * stream, so a position always keeps itself.
 *
 * @param masks one square mask per layer, first layer first, all of one size T
 * @param query the position of the output
 * @returns one row of T zeros and ones per height: row l holds the positions whose stream *before*
 * layer l can reach the output; the last row is the output alone, row 0 are the inputs
 * @throws RangeError if the masks differ in size, are not square, or lack the position
 */
export function reachLadder(
	masks: readonly Mask[],
	query: number
): readonly Uint8Array<ArrayBuffer>[] {
	const size = commonSize(masks);
	if (!(Number.isInteger(query) && query >= 0 && query < size)) {
		throw new RangeError(`position ${query} is not among the ${size} of the masks`);
	}
	let row = new Uint8Array(size);
	row[query] = 1;
	const ladder = [row];
	for (const mask of masks.toReversed()) {
		row = spread(row, mask);
		ladder.unshift(row);
	}
	return ladder;
}

/**
 * Which inputs can reach which outputs through a whole stack of layers: row = output, column = input.
 *
 * @throws RangeError if the masks differ in size or are not square
 */
export function reach(masks: readonly Mask[]): Mask {
	const size = commonSize(masks);
	const allowed = new Uint8Array(size * size);
	for (let query = 0; query < size; query++) {
		const [inputs] = reachLadder(masks, query);
		if (inputs) allowed.set(inputs, query * size);
	}
	return { queries: size, keys: size, allowed };
}

/**
 * The earliest input that can reach an output through layers of these scopes, first layer first. All
 * inputs from there to the output's own position reach it too, so this is the ladder of any length:
 * every scope sees an unbroken stretch that ends at the query.
 */
export function firstReached(query: number, scopes: readonly AttentionScope[]): number {
	return scopes.reduceRight((first, scope) => firstVisible(first, scope), query);
}

/** How many positions a row of 0/1 names. */
export function reachCount(row: Uint8Array): number {
	return row.reduce((sum, one) => sum + one, 0);
}

/** All positions that the marked ones see in one layer, and the marked ones themselves. */
function spread(row: Uint8Array, { keys, allowed }: Mask): Uint8Array<ArrayBuffer> {
	const wider = Uint8Array.from(row);
	row.forEach((isMarked, query) => {
		if (!isMarked) return;
		for (let key = 0; key < keys; key++) {
			if (allowed[query * keys + key]) wider[key] = 1;
		}
	});
	return wider;
}

function commonSize(masks: readonly Mask[]): number {
	const size = masks[0]?.queries;
	if (size === undefined) throw new RangeError('reach needs the mask of at least one layer');
	for (const { queries, keys } of masks) {
		if (queries !== size || keys !== size) {
			throw new RangeError(`expected masks of ${size} × ${size}, got ${queries} × ${keys}`);
		}
	}
	return size;
}
