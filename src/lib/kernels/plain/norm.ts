type Array32 = Float32Array;

/** Rows of numbers that are normed each by itself. */
export interface NormSizes {
	readonly rows: number;
	readonly width: number;
	readonly eps: number;
}

/** One over the root of the mean square of some numbers. */
function inverseOf(x: Array32, start: number, width: number, eps: number): number {
	let sum = 0;
	for (let i = start; i < start + width; i++) sum += x[i]! * x[i]!;
	return 1 / Math.sqrt(sum / width + eps);
}

/** RMS norm of rows, then a weight per column; keeps one over the root of each row. */
export function rmsNormLoop(
	{ x, weight, y, inverse }: Record<'x' | 'weight' | 'y' | 'inverse', Array32>,
	{ rows, width, eps }: NormSizes
): void {
	for (let row = 0; row < rows; row++) {
		const start = row * width;
		const factor = inverseOf(x, start, width, eps);
		inverse[row] = factor;
		for (let i = 0; i < width; i++) y[start + i] = x[start + i]! * factor * weight[i]!;
	}
}

/** The gradients of `rmsNormLoop`. */
export function rmsNormBackLoop(
	arrays: Record<'x' | 'weight' | 'inverse' | 'dy' | 'dx' | 'dWeight', Array32>,
	{ rows, width }: NormSizes
): void {
	const { x, weight, inverse, dy, dx, dWeight } = arrays;
	const sums = new Float64Array(width);
	for (let row = 0; row < rows; row++) {
		const start = row * width;
		const factor = inverse[row]!;
		let dot = 0;
		for (let i = 0; i < width; i++) {
			const slope = dy[start + i]! * x[start + i]!;
			sums[i]! += slope * factor;
			dot += slope * weight[i]!;
		}
		// Every x of the row moves the common factor too.
		const pull = (dot * factor * factor) / width;
		for (let i = 0; i < width; i++) {
			dx[start + i] = factor * (dy[start + i]! * weight[i]! - x[start + i]! * pull);
		}
	}
	dWeight.set(sums);
}

/** RMS norm of rows without weights. */
export function unitNormLoop(
	{ x, y }: Record<'x' | 'y', Array32>,
	{ rows, width, eps }: NormSizes
): void {
	for (let start = 0; start < rows * width; start += width) {
		const factor = inverseOf(x, start, width, eps);
		for (let i = start; i < start + width; i++) y[i] = x[i]! * factor;
	}
}

/** The gradient of `unitNormLoop`. */
export function unitNormBackLoop(
	{ x, dy, dx }: Record<'x' | 'dy' | 'dx', Array32>,
	{ rows, width, eps }: NormSizes
): void {
	for (let start = 0; start < rows * width; start += width) {
		const factor = inverseOf(x, start, width, eps);
		let dot = 0;
		for (let i = start; i < start + width; i++) dot += dy[i]! * x[i]!;
		const pull = (dot * factor * factor) / width;
		for (let i = start; i < start + width; i++) dx[i] = factor * (dy[i]! - x[i]! * pull);
	}
}
