/** Rows in another order: place p holds what belongs to row `order[p] / choices`. */
export interface RowOrder {
	readonly order: Int32Array;
	readonly choices: number;
	/** Numbers in a row. */
	readonly width: number;
}

/**
 * Lays rows of x in sorted order, each times a factor.
 *
 * @param factors one for each number of `order`; null: all are 1
 */
export function gatherLoop(
	x: Float32Array,
	factors: Float32Array | null,
	to: Float32Array,
	{ order, choices, width }: RowOrder
): void {
	order.forEach((row, place) => {
		const from = Math.floor(row / choices) * width;
		const factor = factors ? factors[row]! : 1;
		for (let i = 0; i < width; i++) to[place * width + i] = factor * x[from + i]!;
	});
}

/** The reverse of `gatherLoop`: adds each place's numbers to the row that they came from. */
export function scatterLoop(
	from: Float32Array,
	factors: Float32Array | null,
	y: Float32Array,
	{ order, choices, width }: RowOrder
): void {
	order.forEach((row, place) => {
		const to = Math.floor(row / choices) * width;
		const factor = factors ? factors[row]! : 1;
		for (let i = 0; i < width; i++) y[to + i]! += factor * from[place * width + i]!;
	});
}

/** For each place the product of its numbers with those of its row of x, at the number of `order`. */
export function dotsLoop(
	from: Float32Array,
	x: Float32Array,
	out: Float32Array,
	{ order, choices, width }: RowOrder
): void {
	order.forEach((row, place) => {
		const other = Math.floor(row / choices) * width;
		let sum = 0;
		for (let i = 0; i < width; i++) sum += from[place * width + i]! * x[other + i]!;
		out[row] = sum;
	});
}
