import { largestOf } from './exp';

/** Where the first number that equals `top` stands in a row of `columns`. */
@inline
function placeOf(row: usize, columns: usize, top: f32): usize {
	const whole = columns & ~3, tops = f32x4.splat(top);
	for (let i: usize = 0; i < whole; i += 4) {
		const found = i32x4.bitmask(f32x4.eq(v128.load(row + i * 4), tops));
		if (found) return i + usize(ctz(found));
	}
	for (let i = whole; i < columns; i++) if (load<f32>(row + i * 4) == top) return i;
	return 0;
}

/** Place of the largest number of each row, the first of equals; NaN counts as smallest. */
export function largest(values: usize, places: usize, rows: usize, columns: usize): void {
	const whole = columns & ~3;
	for (let row: usize = 0; row < rows; row++) {
		// What `pmax` meets second wins only where it is larger, which NaN never is.
		let tops = f32x4.splat(-Infinity);
		for (let i: usize = 0; i < whole; i += 4) tops = f32x4.pmax(tops, v128.load(values + i * 4));
		let top = largestOf(tops);
		for (let i = whole; i < columns; i++) {
			const value = load<f32>(values + i * 4);
			if (value > top) top = value;
		}
		const place = top == -Infinity ? 0 : placeOf(values, columns, top);
		store<u32>(places + row * 4, u32(place));
		values += columns * 4;
	}
}
