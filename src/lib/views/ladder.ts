import type { Mask } from '$lib/math/attention';

/** The picture of a ladder: column = position, one unit of height per layer, the output at the top. */
export interface LadderPicture {
	/** The positions that the light has come to. */
	lit: string;
	/** All others. */
	dark: string;
	/** The light inside each layer, first layer first. */
	cones: readonly string[];
}

/** Share of a layer's height that its upper row of positions takes. */
const RUNG = 0.28;

/**
 * Draws a ladder.
 *
 * @param masks one per layer, first layer first
 * @param ladder as `reachLadder` gives it: row l is what reaches the output from before layer l
 * @param depth how many layers the light has gone down, from the output
 */
export function ladderPicture(
	masks: readonly Mask[],
	ladder: readonly Uint8Array[],
	depth: number
): LadderPicture {
	const heights = ladder.length;
	const size = ladder[0]?.length ?? 0;
	const isReached = (row: number, column: number) =>
		row <= depth && ladder[heights - 1 - row]?.[column] === 1;
	const cones = masks.map((mask, layer) => {
		const row = masks.length - 1 - layer;
		const above = ladder[layer + 1];
		return above && row < depth ? cone(mask, above, row) : '';
	});
	return {
		lit: rungs(size, heights, isReached),
		dark: rungs(size, heights, (row, column) => !isReached(row, column)),
		cones
	};
}

/** The light of one layer: from each lit position to every stretch of positions that it sees. */
function cone(mask: Mask, above: Uint8Array, row: number): string {
	let path = '';
	above.forEach((isLit, query) => {
		if (!isLit) return;
		for (const [from, to] of runs(mask, query)) {
			path += `M${query + 0.4} ${row + RUNG}H${query + 0.6}L${to + 0.9} ${row + 1}H${from + 0.1}z`;
		}
	});
	return path;
}

/** The unbroken stretches of keys that a query sees: first and last of each. */
function runs({ keys, allowed }: Mask, query: number): [number, number][] {
	const found: [number, number][] = [];
	for (let key = 0; key < keys; key++) {
		if (!allowed[query * keys + key]) continue;
		const from = key;
		while (key + 1 < keys && allowed[query * keys + key + 1]) key++;
		found.push([from, key]);
	}
	return found;
}

/** The positions of the ladder that are in, as one path of small boxes. */
function rungs(
	columns: number,
	rows: number,
	isIn: (row: number, column: number) => boolean
): string {
	let path = '';
	for (let row = 0; row < rows; row++) {
		for (let column = 0; column < columns; column++) {
			if (isIn(row, column)) path += `M${column + 0.1} ${row}h.8v${RUNG}h-.8z`;
		}
	}
	return path;
}

/** The walls of a chunked layer, as lines across its height. */
export function wallsPath(size: number, chunk: number, row: number): string {
	let path = '';
	for (let wall = chunk; wall < size; wall += chunk) path += `M${wall} ${row}V${row + 1}`;
	return path;
}
