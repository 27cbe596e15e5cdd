/** Below this, e^x is as good as 0 in float32. */
const LOWEST: f32 = -87.3;
const HIGHEST: f32 = 88;
/** Adding it leaves a whole number in the lowest bits. */
const ROUND: f32 = 12582912;
const LOG2E: f32 = 1.44269504;
/** ln 2 in two parts: the first has few bits, so that its products are exact. */
const LN2_HIGH: f32 = 0.693359375;
const LN2_LOW: f32 = -2.12194440e-4;

@inline
function term(sum: v128, r: v128, next: f32): v128 {
	return f32x4.add(f32x4.mul(sum, r), f32x4.splat(next));
}

/**
 * e^x of four numbers, to within two units of the last place: 0 below −87.3, no more than e^88 above.
 * NaN stays NaN.
 *
 * With x = n · ln 2 + r, e^x = 2^n · e^r. The polynomial is that of `expf` in the Cephes library.
 */
@inline
export function exp(x: v128): v128 {
	const isNothing = f32x4.lt(x, f32x4.splat(LOWEST));
	const bounded = f32x4.pmin(f32x4.pmax(x, f32x4.splat(LOWEST)), f32x4.splat(HIGHEST));
	const shifted = term(bounded, f32x4.splat(LOG2E), ROUND);
	const n = f32x4.sub(shifted, f32x4.splat(ROUND));
	let r = f32x4.sub(bounded, f32x4.mul(n, f32x4.splat(LN2_HIGH)));
	r = f32x4.sub(r, f32x4.mul(n, f32x4.splat(LN2_LOW)));
	let sum = term(f32x4.splat(1.9875691500e-4), r, 1.3981999507e-3);
	sum = term(sum, r, 8.3334519073e-3);
	sum = term(sum, r, 4.1665795894e-2);
	sum = term(sum, r, 1.6666665459e-1);
	sum = term(sum, r, 5.0000001201e-1);
	sum = term(term(sum, r, 1), r, 1);
	const power = i32x4.add(i32x4.shl(shifted, 23), i32x4.splat(0x3f800000));
	return v128.andnot(f32x4.mul(sum, power), isNothing);
}

/** The sum of four numbers. */
@inline
export function sumOf(x: v128): f32 {
	const pairs = f32x4.add(x, v128.shuffle<f32>(x, x, 2, 3, 0, 1));
	return f32x4.extract_lane(pairs, 0) + f32x4.extract_lane(pairs, 1);
}

/** The largest of four numbers; NaN if one is. */
@inline
export function largestOf(x: v128): f32 {
	const pairs = f32x4.max(x, v128.shuffle<f32>(x, x, 2, 3, 0, 1));
	return max(f32x4.extract_lane(pairs, 0), f32x4.extract_lane(pairs, 1));
}
