/** How the matrices of a product lie in memory: T after one that lies turned. */
export type ProductForm = 'ab' | 'aTb' | 'abT';

/** `out[rows, columns]`, sums of `inner` products. */
export interface ProductSizes {
	readonly rows: number;
	readonly inner: number;
	readonly columns: number;
}

/**
 * Matrix product on plain arrays, row-major: `out[rows, columns] = a[rows, inner] · b[inner, columns]`.
 *
 * @param form `aTb`: a lies as [inner, rows]; `abT`: b lies as [columns, inner]
 * @param adds to what is in `out` already
 */
export function productLoop(
	a: Float32Array,
	b: Float32Array,
	out: Float32Array,
	sizes: ProductSizes,
	form: ProductForm = 'ab',
	adds = false
): void {
	const { rows, inner, columns } = sizes;
	const left = form === 'aTb' ? turned(a, inner, rows) : a;
	const right = form === 'abT' ? turned(b, columns, inner) : b;
	const sums = new Float64Array(columns);
	for (let row = 0; row < rows; row++) {
		if (adds) sums.set(out.subarray(row * columns, (row + 1) * columns));
		else sums.fill(0);
		addRow(left, row * inner, right, sums, inner);
		out.set(sums, row * columns);
	}
}

/** Sizes of `productByExpertLoop`. */
export interface ExpertProductSizes {
	/** Numbers in a row of a. */
	readonly width: number;
	/** Numbers in a row of what comes out. */
	readonly columns: number;
}

/**
 * One product per expert. Rows stand sorted by expert: those of expert e from `starts[e]` to
 * `starts[e + 1]`.
 *
 * @param form `ab` and `abT`: rows times the expert's matrix in `b`, into rows of `out`; `aTb`: rows
 *   turned times rows, into the expert's matrix in `out`, 0 for an expert without rows
 */
export function productByExpertLoop(
	a: Float32Array,
	b: Float32Array,
	out: Float32Array,
	starts: Int32Array,
	{ width, columns }: ExpertProductSizes,
	form: ProductForm = 'ab'
): void {
	for (let expert = 0; expert < starts.length - 1; expert++) {
		const [from, to] = [starts[expert]!, starts[expert + 1]!];
		const rowsOf = (all: Float32Array, length: number) => all.subarray(from * length, to * length);
		const matrixOf = (all: Float32Array) =>
			all.subarray(expert * width * columns, (expert + 1) * width * columns);
		if (form === 'aTb') {
			const sizes = { rows: width, inner: to - from, columns };
			productLoop(rowsOf(a, width), rowsOf(b, columns), matrixOf(out), sizes, form);
		} else {
			const sizes = { rows: to - from, inner: width, columns };
			productLoop(rowsOf(a, width), matrixOf(b), rowsOf(out, columns), sizes, form);
		}
	}
}

/** Adds up in the order of `inner`, whole rows of `b` at a time. */
function addRow(
	a: Float32Array,
	from: number,
	b: Float32Array,
	sums: Float64Array,
	inner: number
): void {
	const columns = sums.length;
	for (let i = 0; i < inner; i++) {
		const factor = a[from + i]!;
		if (factor === 0) continue;
		const start = i * columns;
		for (let column = 0; column < columns; column++) sums[column]! += factor * b[start + column]!;
	}
}

function turned(from: Float32Array, rows: number, columns: number): Float32Array {
	const to = new Float32Array(rows * columns);
	transposeLoop(from, to, rows, columns);
	return to;
}

/**
 * Writes the transpose of `from[rows, columns]` into `to[columns, rows]`, eight rows side by side: what
 * is written then lies together, which is four times as fast as number by number.
 */
function transposeLoop(from: Float32Array, to: Float32Array, rows: number, columns: number): void {
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
