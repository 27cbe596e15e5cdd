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

/** Writes the transpose of `from[rows, columns]` into `to[columns, rows]`. */
export function transposeLoop(
	from: Float32Array,
	to: Float32Array,
	rows: number,
	columns: number
): void {
	for (let row = 0; row < rows; row++) {
		for (let column = 0; column < columns; column++) {
			to[column * rows + row] = from[row * columns + column]!;
		}
	}
}
