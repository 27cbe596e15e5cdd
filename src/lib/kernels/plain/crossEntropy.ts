import { exp } from './exp';

export interface LossSizes {
	readonly rows: number;
	readonly vocabulary: number;
}

/** Per row of logits the highest, and the sum of e^(logit − highest). */
export function sumPowersLoop(
	logits: Float32Array,
	highest: Float32Array,
	sums: Float32Array,
	{ rows, vocabulary }: LossSizes
): void {
	for (let row = 0; row < rows; row++) {
		const start = row * vocabulary;
		let top = -Infinity;
		for (let v = start; v < start + vocabulary; v++) top = Math.max(top, logits[v]!);
		let sum = 0;
		for (let v = start; v < start + vocabulary; v++) sum += exp(logits[v]! - top);
		highest[row] = top;
		sums[row] = sum;
	}
}

/** `out = factor · e^(logit − logSum)` for one row. */
export function sharesLoop(
	logits: Float32Array,
	out: Float32Array,
	logSum: number,
	factor: number
): void {
	for (let v = 0; v < logits.length; v++) out[v] = factor * exp(logits[v]! - logSum);
}
