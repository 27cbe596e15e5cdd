import { sumOf } from './exp';

/** The sum of the products of two rows of `end` bytes. */
@inline
function dot(x: usize, y: usize, end: usize): f32 {
	const whole = end & ~15;
	let sums = f32x4.splat(0), i: usize = 0;
	for (; i < whole; i += 16) {
		sums = f32x4.add(sums, f32x4.mul(v128.load(x + i), v128.load(y + i)));
	}
	let sum = sumOf(sums);
	for (; i < end; i += 4) sum += load<f32>(x + i) * load<f32>(y + i);
	return sum;
}

@inline
function inverseOf(x: usize, end: usize, eps: f32): f32 {
	return 1 / sqrt<f32>(dot(x, x, end) / f32(end / 4) + eps);
}

/** RMS norm of rows, then a weight per column. Keeps one over the root of each row. */
export function rmsNorm(
	x: usize, weight: usize, y: usize, inverse: usize, rows: usize, width: usize, eps: f32
): void {
	const end = width * 4, whole = end & ~15;
	for (let row: usize = 0; row < rows; row++) {
		const one = inverseOf(x, end, eps), factor = f32x4.splat(one);
		store<f32>(inverse + row * 4, one);
		let i: usize = 0;
		for (; i < whole; i += 16) {
			v128.store(y + i, f32x4.mul(f32x4.mul(v128.load(x + i), factor), v128.load(weight + i)));
		}
		for (; i < end; i += 4) store<f32>(y + i, load<f32>(x + i) * one * load<f32>(weight + i));
		x += end;
		y += end;
	}
}

/** The gradients of `rmsNorm`; dWeight is added to. */
export function rmsNormBack(
	x: usize, weight: usize, inverse: usize, dy: usize, dx: usize, dWeight: usize,
	rows: usize, width: usize
): void {
	const end = width * 4, whole = end & ~15;
	for (let row: usize = 0; row < rows; row++) {
		const one = load<f32>(inverse + row * 4), factor = f32x4.splat(one);
		let sums = f32x4.splat(0), sum: f32 = 0, i: usize = 0;
		for (; i < whole; i += 16) {
			const bend = f32x4.mul(v128.load(dy + i), v128.load(x + i));
			v128.store(dWeight + i, f32x4.add(v128.load(dWeight + i), f32x4.mul(bend, factor)));
			sums = f32x4.add(sums, f32x4.mul(bend, v128.load(weight + i)));
		}
		for (; i < end; i += 4) {
			const bend = load<f32>(dy + i) * load<f32>(x + i);
			store<f32>(dWeight + i, load<f32>(dWeight + i) + bend * one);
			sum += bend * load<f32>(weight + i);
		}
		// Every x of the row moves the common factor too.
		const pull = (sumOf(sums) + sum) * one * one / f32(width), pulls = f32x4.splat(pull);
		for (i = 0; i < whole; i += 16) {
			const push = f32x4.mul(v128.load(dy + i), v128.load(weight + i));
			const gap = f32x4.sub(push, f32x4.mul(v128.load(x + i), pulls));
			v128.store(dx + i, f32x4.mul(factor, gap));
		}
		for (; i < end; i += 4) {
			const push = load<f32>(dy + i) * load<f32>(weight + i);
			store<f32>(dx + i, one * (push - load<f32>(x + i) * pull));
		}
		x += end;
		dy += end;
		dx += end;
	}
}

/** RMS norm of rows without weights. */
export function unitNorm(x: usize, y: usize, rows: usize, width: usize, eps: f32): void {
	const end = width * 4, whole = end & ~15;
	for (let row: usize = 0; row < rows; row++) {
		const one = inverseOf(x, end, eps), factor = f32x4.splat(one);
		let i: usize = 0;
		for (; i < whole; i += 16) v128.store(y + i, f32x4.mul(v128.load(x + i), factor));
		for (; i < end; i += 4) store<f32>(y + i, load<f32>(x + i) * one);
		x += end;
		y += end;
	}
}

/** The gradient of `unitNorm`. */
export function unitNormBack(
	x: usize, dy: usize, dx: usize, rows: usize, width: usize, eps: f32
): void {
	const end = width * 4, whole = end & ~15;
	for (let row: usize = 0; row < rows; row++) {
		const one = inverseOf(x, end, eps), factor = f32x4.splat(one);
		const pull = dot(dy, x, end) * one * one / f32(width), pulls = f32x4.splat(pull);
		let i: usize = 0;
		for (; i < whole; i += 16) {
			const gap = f32x4.sub(v128.load(dy + i), f32x4.mul(v128.load(x + i), pulls));
			v128.store(dx + i, f32x4.mul(factor, gap));
		}
		for (; i < end; i += 4) store<f32>(dx + i, one * (load<f32>(dy + i) - load<f32>(x + i) * pull));
		x += end;
		dy += end;
		dx += end;
	}
}
