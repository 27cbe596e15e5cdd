/**
 * How much one label tells about another, such as a token about its expert. A table of counts has a row
 * per value of the first label and a column per value of the second, row-major.
 */

/**
 * Counts how often each pair of labels comes.
 *
 * @param rows the first label of each case, from 0
 * @param columns the second
 * @param shape how many values each label may take
 * @throws RangeError if the lists differ in length or a label is out of range
 */
export function pairCounts(
	rows: ArrayLike<number>,
	columns: ArrayLike<number>,
	shape: readonly [number, number]
): Float64Array<ArrayBuffer> {
	if (rows.length !== columns.length) {
		throw new RangeError(`expected as many labels, got ${rows.length} and ${columns.length}`);
	}
	const counts = new Float64Array(shape[0] * shape[1]);
	for (let i = 0; i < rows.length; i++) {
		const [row, column] = [rows[i] ?? -1, columns[i] ?? -1];
		if (!(row >= 0 && row < shape[0] && column >= 0 && column < shape[1])) {
			throw new RangeError(`the pair ${row}, ${column} is outside ${shape[0]} × ${shape[1]}`);
		}
		const at = row * shape[1] + column;
		counts[at] = (counts[at] ?? 0) + 1;
	}
	return counts;
}

/**
 * Mutual information of the two labels of a table, in nats: 0 when one tells nothing about the other, at
 * most the entropy of either. A table of few cases looks more telling than it is: compare it with one
 * where chance alone is at work.
 *
 * Source: Shannon 1948, A Mathematical Theory of Communication.
 */
export function mutualInformation(counts: ArrayLike<number>, columns: number): number {
	const rows = counts.length / columns;
	const inRow = new Float64Array(rows);
	const inColumn = new Float64Array(columns);
	let total = 0;
	for (let i = 0; i < counts.length; i++) {
		const count = counts[i] ?? 0;
		const [row, column] = [Math.floor(i / columns), i % columns];
		inRow[row] = (inRow[row] ?? 0) + count;
		inColumn[column] = (inColumn[column] ?? 0) + count;
		total += count;
	}
	let sum = 0;
	for (let i = 0; i < counts.length; i++) {
		const count = counts[i] ?? 0;
		if (count === 0) continue;
		const apart = (inRow[Math.floor(i / columns)] ?? 0) * (inColumn[i % columns] ?? 0);
		sum += (count / total) * Math.log((count * total) / apart);
	}
	return Math.max(0, sum);
}
