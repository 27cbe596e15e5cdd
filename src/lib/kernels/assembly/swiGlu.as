import { exp } from './exp';

@inline
function sigmoid(x: v128): v128 {
	return f32x4.div(f32x4.splat(1), f32x4.add(f32x4.splat(1), exp(f32x4.neg(x))));
}

@inline
function gated(gate: v128, up: v128): v128 {
	return f32x4.mul(f32x4.mul(gate, sigmoid(gate)), up);
}

/**
 * `out = silu(gate) · up` for rows of `width` numbers.
 *
 * @param stride from a row of gate and up to the next, in bytes
 */
export function swiGlu(
	gate: usize, up: usize, out: usize, rows: usize, width: usize, stride: usize
): void {
	const end = width * 4, whole = end & ~15;
	for (let row: usize = 0; row < rows; row++) {
		let i: usize = 0;
		for (; i < whole; i += 16) v128.store(out + i, gated(v128.load(gate + i), v128.load(up + i)));
		for (; i < end; i += 4) {
			const one = gated(v128.load32_zero(gate + i), v128.load32_zero(up + i));
			v128.store32_lane(out + i, one, 0);
		}
		gate += stride;
		up += stride;
		out += end;
	}
}

/** d gate; d up comes by `upSlope`. */
@inline
function gateSlope(gate: v128, up: v128, dOut: v128, open: v128): v128 {
	const one = f32x4.splat(1);
	const bend = f32x4.add(one, f32x4.mul(gate, f32x4.sub(one, open)));
	return f32x4.mul(f32x4.mul(f32x4.mul(dOut, open), up), bend);
}

@inline
function upSlope(gate: v128, dOut: v128, open: v128): v128 {
	return f32x4.mul(f32x4.mul(dOut, open), gate);
}

/** The gradients of `swiGlu`: from d out to d gate and d up, which lie as gate and up do. */
export function swiGluBack(
	gate: usize, up: usize, dOut: usize, dGate: usize, dUp: usize,
	rows: usize, width: usize, stride: usize
): void {
	const end = width * 4, whole = end & ~15;
	for (let row: usize = 0; row < rows; row++) {
		let i: usize = 0;
		for (; i < whole; i += 16) {
			const g = v128.load(gate + i), d = v128.load(dOut + i), open = sigmoid(g);
			v128.store(dGate + i, gateSlope(g, v128.load(up + i), d, open));
			v128.store(dUp + i, upSlope(g, d, open));
		}
		for (; i < end; i += 4) {
			const g = v128.load32_zero(gate + i), d = v128.load32_zero(dOut + i), open = sigmoid(g);
			v128.store32_lane(dGate + i, gateSlope(g, v128.load32_zero(up + i), d, open), 0);
			v128.store32_lane(dUp + i, upSlope(g, d, open), 0);
		}
		gate += stride;
		up += stride;
		dGate += stride;
		dUp += stride;
		dOut += end;
	}
}
