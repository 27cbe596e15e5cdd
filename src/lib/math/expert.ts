import { sigmoid } from './softmax';

/**
 * A row vector times a matrix, `x · W`.
 *
 * @param matrix row-major [x.length, columns]
 * @param offset where the matrix starts in its array
 * @throws RangeError if the array is too short for the matrix
 */
export function product(
	x: ArrayLike<number>,
	matrix: ArrayLike<number>,
	columns: number,
	offset = 0
): Float64Array<ArrayBuffer> {
	if (offset + x.length * columns > matrix.length) {
		throw new RangeError(`${matrix.length} weights are too few for ${x.length} × ${columns}`);
	}
	const out = new Float64Array(columns);
	for (let row = 0; row < x.length; row++) {
		const factor = x[row] ?? 0;
		const start = offset + row * columns;
		for (let column = 0; column < columns; column++) {
			out[column] = (out[column] ?? 0) + factor * (matrix[start + column] ?? 0);
		}
	}
	return out;
}

/** `x · sigmoid(x)`. */
export function silu(x: number): number {
	return x * sigmoid(x);
}

/**
 * The bend inside every expert and dense part: `silu(gate) · up`, number by number.
 *
 * Source: `FeedForward.forward`, meta-llama/llama-models, models/llama4/ffn.py.
 */
export function swiGlu(gate: ArrayLike<number>, up: ArrayLike<number>): Float64Array<ArrayBuffer> {
	return Float64Array.from(gate, (value, i) => silu(value) * (up[i] ?? 0));
}
