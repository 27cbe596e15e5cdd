/** Numbers in a row, whatever they are stored in. */
export type Numbers = ArrayLike<number>;

/**
 * Applies a rule to each row of a table and puts the results, all of one length, below one another.
 *
 * @param columns numbers per row of `table`
 */
export function eachRow(
	table: Float64Array,
	columns: number,
	rule: (row: Float64Array, index: number) => Float64Array
): Float64Array<ArrayBuffer> {
	const rows = Array.from({ length: table.length / columns }, (_, index) =>
		rule(table.subarray(index * columns, (index + 1) * columns), index)
	);
	const size = rows[0]?.length ?? 0;
	const out = new Float64Array(rows.length * size);
	rows.forEach((row, index) => out.set(row, index * size));
	return out;
}

/** A table with rows and columns exchanged: [rows, columns] becomes [columns, rows]. */
export function transposed(
	table: Numbers,
	rows: number,
	columns: number
): Float64Array<ArrayBuffer> {
	return Float64Array.from(
		{ length: rows * columns },
		(_, i) => table[(i % rows) * columns + Math.floor(i / rows)] ?? NaN
	);
}

/** Exchanges the two middle axes of [first, second, third, size], rows of `size` numbers staying whole. */
export function middleSwapped(
	table: Float64Array,
	[first, second, third, size]: readonly [number, number, number, number]
): Float64Array<ArrayBuffer> {
	const out = new Float64Array(table.length);
	for (let row = 0; row < first * second * third; row++) {
		const [a, b, c] = [
			Math.floor(row / (second * third)),
			Math.floor(row / third) % second,
			row % third
		];
		const target = (a * third + c) * second + b;
		out.set(table.subarray(row * size, (row + 1) * size), target * size);
	}
	return out;
}
