import { exp, largestOf, sumOf } from './exp';

/** Per row of logits the highest, and the sum of e^(logit − highest). */
export function sumPowers(
	logits: usize, highest: usize, sums: usize, rows: usize, vocabulary: usize
): void {
	const end = vocabulary * 4, whole = end & ~15;
	for (let row: usize = 0; row < rows; row++) {
		let tops = f32x4.splat(-Infinity), i: usize = 0;
		for (; i < whole; i += 16) tops = f32x4.max(tops, v128.load(logits + i));
		let top = largestOf(tops);
		for (; i < end; i += 4) top = max(top, load<f32>(logits + i));
		let parts = f32x4.splat(0), sum: f32 = 0;
		for (i = 0; i < whole; i += 16) {
			parts = f32x4.add(parts, exp(f32x4.sub(v128.load(logits + i), f32x4.splat(top))));
		}
		for (; i < end; i += 4) {
			sum += f32x4.extract_lane(exp(f32x4.splat(load<f32>(logits + i) - top)), 0);
		}
		store<f32>(highest + row * 4, top);
		store<f32>(sums + row * 4, sum + sumOf(parts));
		logits += end;
	}
}

/** `out = factor · e^(logit − logSum)` for one row. */
export function shares(
	logits: usize, out: usize, vocabulary: usize, logSum: f32, factor: f32
): void {
	const end = vocabulary * 4, whole = end & ~15;
	let i: usize = 0;
	for (; i < whole; i += 16) {
		const power = exp(f32x4.sub(v128.load(logits + i), f32x4.splat(logSum)));
		v128.store(out + i, f32x4.mul(power, f32x4.splat(factor)));
	}
	for (; i < end; i += 4) {
		const power = f32x4.extract_lane(exp(f32x4.splat(load<f32>(logits + i) - logSum)), 0);
		store<f32>(out + i, power * factor);
	}
}
