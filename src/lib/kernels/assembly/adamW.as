/** Smallest normal number: what is smaller is slow to compute with, and moves nothing. */
const TINIEST: f32 = 1.17549435e-38;

/** The sum of all squares, in double precision. */
export function sumOfSquares(numbers: usize, count: usize): f64 {
	const end = numbers + count * 4, whole = numbers + (count * 4 & ~15);
	let even = f64x2.splat(0), odd = f64x2.splat(0);
	for (; numbers < whole; numbers += 16) {
		const four = v128.load(numbers);
		const low = f64x2.promote_low_f32x4(four);
		const high = f64x2.promote_low_f32x4(v128.shuffle<f32>(four, four, 2, 3, 2, 3));
		even = f64x2.add(even, f64x2.mul(low, low));
		odd = f64x2.add(odd, f64x2.mul(high, high));
	}
	const sums = f64x2.add(even, odd);
	let sum = f64x2.extract_lane(sums, 0) + f64x2.extract_lane(sums, 1);
	for (; numbers < end; numbers += 4) sum += f64(load<f32>(numbers)) * f64(load<f32>(numbers));
	return sum;
}

/** 0 in place of numbers that are too small; NaN stays NaN. */
@inline
function kept(moment: v128): v128 {
	return v128.andnot(moment, f32x4.lt(f32x4.abs(moment), f32x4.splat(TINIEST)));
}

@inline
function mixed(old: v128, share: f64, now: v128): v128 {
	const other = f32(1 - share);
	return f32x4.add(f32x4.mul(old, f32x4.splat(f32(share))), f32x4.mul(now, f32x4.splat(other)));
}

@inline
function moved(weight: v128, mean: v128, square: v128, rate: f32, epsilon: f32, shrink: f32): v128 {
	const size = f32x4.add(f32x4.sqrt(square), f32x4.splat(epsilon));
	const change = f32x4.div(f32x4.mul(mean, f32x4.splat(rate)), size);
	return f32x4.sub(f32x4.mul(weight, f32x4.splat(shrink)), change);
}

/** One update of some weights and both their moments, in place. */
export function adamW(
	weight: usize, grad: usize, mean: usize, square: usize, count: usize,
	rate: f32, epsilon: f32, clip: f32, shrink: f32, betaMean: f64, betaSquare: f64
): void {
	const end = count * 4, whole = end & ~15, clips = f32x4.splat(clip);
	let i: usize = 0;
	for (; i < whole; i += 16) {
		const g = f32x4.mul(v128.load(grad + i), clips);
		const m = kept(mixed(v128.load(mean + i), betaMean, g));
		const v = kept(mixed(v128.load(square + i), betaSquare, f32x4.mul(g, g)));
		v128.store(mean + i, m);
		v128.store(square + i, v);
		v128.store(weight + i, moved(v128.load(weight + i), m, v, rate, epsilon, shrink));
	}
	for (; i < end; i += 4) {
		const g = f32x4.mul(v128.load32_zero(grad + i), clips);
		const m = kept(mixed(v128.load32_zero(mean + i), betaMean, g));
		const v = kept(mixed(v128.load32_zero(square + i), betaSquare, f32x4.mul(g, g)));
		v128.store32_lane(mean + i, m, 0);
		v128.store32_lane(square + i, v, 0);
		v128.store32_lane(weight + i, moved(v128.load32_zero(weight + i), m, v, rate, epsilon, shrink), 0);
	}
}
