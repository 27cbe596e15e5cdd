import { exp } from './exp';

/** Where gate and up lie: two arrays of their own, or side by side in the rows of one. */
export interface Halves {
	readonly rows: number;
	readonly width: number;
	/** Numbers from one row's gate to the next row's. */
	readonly stride: number;
	/** Numbers from the start of a row to its up. */
	readonly upOffset: number;
}

/** `out = silu(gate) · up`, number by number, with `silu(g) = g · sigmoid(g)`. */
export function swiGluLoop(
	gate: Float32Array,
	up: Float32Array,
	out: Float32Array,
	{ rows, width, stride, upOffset }: Halves
): void {
	for (let row = 0; row < rows; row++) {
		for (let i = 0; i < width; i++) {
			const g = gate[row * stride + i]!;
			out[row * width + i] = (g / (1 + exp(-g))) * up[row * stride + upOffset + i]!;
		}
	}
}

/** The gradients of `swiGluLoop`: from d out to d gate and d up, which lie as gate and up do. */
export function swiGluBack(
	gate: Float32Array,
	up: Float32Array,
	dOut: Float32Array,
	dGate: Float32Array,
	dUp: Float32Array,
	{ rows, width, stride, upOffset }: Halves
): void {
	for (let row = 0; row < rows; row++) {
		for (let i = 0; i < width; i++) {
			const at = row * stride + i;
			const g = gate[at]!;
			const open = 1 / (1 + exp(-g));
			const slope = dOut[row * width + i]! * open;
			dGate[at] = slope * up[at + upOffset]! * (1 + g * (1 - open));
			dUp[at + upOffset] = slope * g;
		}
	}
}
