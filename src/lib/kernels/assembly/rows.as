/** `to = factor · from` for some numbers, or `+=` where it adds. */
@inline
function scale(from: usize, to: usize, end: usize, factor: f32, adds: bool): void {
	const whole = end & ~15, factors = f32x4.splat(factor);
	let i: usize = 0;
	for (; i < whole; i += 16) {
		const scaled = f32x4.mul(v128.load(from + i), factors);
		v128.store(to + i, adds ? f32x4.add(v128.load(to + i), scaled) : scaled);
	}
	for (; i < end; i += 4) {
		const scaled = load<f32>(from + i) * factor;
		store<f32>(to + i, adds ? load<f32>(to + i) + scaled : scaled);
	}
}

@inline
function factorAt(factors: usize, row: usize): f32 {
	return factors ? load<f32>(factors + row * 4) : 1;
}

/**
 * Lays rows of x in sorted order: place p gets row `order[p] / choices`, times the factor of
 * `order[p]`.
 *
 * @param factors 0: all are 1
 */
export function gather(
	x: usize, order: usize, factors: usize, to: usize, places: usize, choices: usize, width: usize
): void {
	const end = width * 4;
	for (let place: usize = 0; place < places; place++) {
		const row = usize(load<u32>(order + place * 4));
		scale(x + row / choices * end, to + place * end, end, factorAt(factors, row), false);
	}
}

/** The reverse of `gather`: adds each place's numbers to the row that they came from. */
export function scatter(
	from: usize, order: usize, factors: usize, y: usize, places: usize, choices: usize, width: usize
): void {
	const end = width * 4;
	for (let place: usize = 0; place < places; place++) {
		const row = usize(load<u32>(order + place * 4));
		scale(from + place * end, y + row / choices * end, end, factorAt(factors, row), true);
	}
}

/** For each place the product of its numbers with those of its row of x, at the place of the row. */
export function dots(
	from: usize, order: usize, x: usize, out: usize, places: usize, choices: usize, width: usize
): void {
	const end = width * 4, whole = end & ~15;
	for (let place: usize = 0; place < places; place++) {
		const row = usize(load<u32>(order + place * 4)), other = x + row / choices * end;
		let sums = f32x4.splat(0), sum: f32 = 0, i: usize = 0;
		for (; i < whole; i += 16) {
			sums = f32x4.add(sums, f32x4.mul(v128.load(from + i), v128.load(other + i)));
		}
		for (; i < end; i += 4) sum += load<f32>(from + i) * load<f32>(other + i);
		sum += f32x4.extract_lane(sums, 0) + f32x4.extract_lane(sums, 1);
		sum += f32x4.extract_lane(sums, 2) + f32x4.extract_lane(sums, 3);
		store<f32>(out + row * 4, sum);
		from += end;
	}
}
