/** Some measured times: the one in the middle, and the middle half of them. */
export interface Spread {
	median: number;
	/** A quarter of the times is at most this long. */
	lower: number;
	/** Three quarters are. */
	upper: number;
	count: number;
}

/** The value with this share of the values below it; NaN of none. */
export function quantile(values: readonly number[], share: number): number {
	const sorted = values.toSorted((a, b) => a - b);
	const place = share * (sorted.length - 1);
	const [low, high] = [sorted[Math.floor(place)] ?? NaN, sorted[Math.ceil(place)] ?? NaN];
	return low + (high - low) * (place - Math.floor(place));
}

/** Median and quartiles. */
export function spread(values: readonly number[]): Spread {
	return {
		median: quantile(values, 0.5),
		lower: quantile(values, 0.25),
		upper: quantile(values, 0.75),
		count: values.length
	};
}

/**
 * The exponent p of `y = c · x^p` that fits best: the slope of the straight line through the logarithms,
 * by least squares.
 */
export function fitExponent(points: readonly { x: number; y: number }[]): number {
	const logs = points.map(({ x, y }) => [Math.log(x), Math.log(y)] as const);
	const mean = (pick: 0 | 1) => logs.reduce((sum, log) => sum + log[pick], 0) / logs.length;
	const [middleX, middleY] = [mean(0), mean(1)];
	let [above, below] = [0, 0];
	for (const [x, y] of logs) {
		above += (x - middleX) * (y - middleY);
		below += (x - middleX) ** 2;
	}
	return above / below;
}
