/*
 * Matrix products `out = a · b`, where a or b may be read as transposed. Eight columns of b at a time
 * are copied into a panel, where they lie in the order in which they are needed; then tiles of four
 * rows by eight columns are summed up in registers. Distances between numbers are in bytes.
 */

/** Columns of a panel and of a tile: two vectors. */
const PANEL: usize = 8;
/** Rows of a tile. */
const TILE: usize = 4;
/** Inner numbers per round: a panel is then 4 kB, and the rows of a beside it stay near too. */
const DEPTH: usize = 128;
/** Bytes of a float32. */
const F: usize = 4;
/** Bytes of a row of a panel. */
const ROW: usize = PANEL * F;

/** Bytes of room that `product` needs: a panel and a tile. */
export function productRoom(): usize {
	return (DEPTH + TILE) * ROW;
}

/** Turns four columns by four rows of b, whose columns lie `F` apart downwards. */
@inline
function packTurned(b: usize, across: usize, panel: usize): void {
	const c0 = v128.load(b);
	const c1 = v128.load(b + across);
	const c2 = v128.load(b + 2 * across);
	const c3 = v128.load(b + 3 * across);
	const low01 = v128.shuffle<f32>(c0, c1, 0, 4, 1, 5);
	const low23 = v128.shuffle<f32>(c2, c3, 0, 4, 1, 5);
	const high01 = v128.shuffle<f32>(c0, c1, 2, 6, 3, 7);
	const high23 = v128.shuffle<f32>(c2, c3, 2, 6, 3, 7);
	v128.store(panel, v128.shuffle<f32>(low01, low23, 0, 1, 4, 5));
	v128.store(panel, v128.shuffle<f32>(low01, low23, 2, 3, 6, 7), ROW);
	v128.store(panel, v128.shuffle<f32>(high01, high23, 0, 1, 4, 5), 2 * ROW);
	v128.store(panel, v128.shuffle<f32>(high01, high23, 2, 3, 6, 7), 3 * ROW);
}

/** Copies `count` columns of b into a panel, one number after the other, from row `first` on. */
function packSingly(
	b: usize, down: usize, across: usize, first: usize, depth: usize, count: usize, panel: usize
): void {
	for (let column: usize = 0; column < count; column++) {
		let from = b + column * across + first * down;
		let to = panel + column * F + first * ROW;
		for (let k = first; k < depth; k++) {
			store<f32>(to, load<f32>(from));
			from += down;
			to += ROW;
		}
	}
}

/** Copies `count` columns of b into a panel; those that are missing are zeros. */
function pack(
	b: usize, down: usize, across: usize, depth: usize, count: usize, panel: usize
): void {
	if (count < PANEL) {
		memory.fill(panel, 0, depth * ROW);
		packSingly(b, down, across, 0, depth, count, panel);
	} else if (across == F) {
		for (let k: usize = 0; k < depth; k++) {
			v128.store(panel, v128.load(b));
			v128.store(panel, v128.load(b, 16), 16);
			b += down;
			panel += ROW;
		}
	} else {
		const whole = depth & ~3;
		for (let k: usize = 0; k < whole; k += 4) {
			packTurned(b + k * F, across, panel + k * ROW);
			packTurned(b + k * F + 4 * across, across, panel + k * ROW + 16);
		}
		packSingly(b, down, across, whole, depth, count, panel);
	}
}

@inline
function plus(sum: v128, x: v128, y: v128): v128 {
	return f32x4.add(sum, f32x4.mul(x, y));
}

/** One row of a times a panel. */
function tileOfOne(
	a: usize, step: usize, panel: usize, depth: usize, out: usize, adds: bool
): void {
	let s0 = f32x4.splat(0), s1 = f32x4.splat(0);
	if (adds) {
		s0 = v128.load(out);
		s1 = v128.load(out, 16);
	}
	const end = panel + depth * ROW;
	while (panel < end) {
		const x = v128.load32_splat(a);
		s0 = plus(s0, x, v128.load(panel));
		s1 = plus(s1, x, v128.load(panel, 16));
		a += step;
		panel += ROW;
	}
	v128.store(out, s0);
	v128.store(out, s1, 16);
}

/** Four rows of a, each `down` after the last, their numbers `step` apart, times a panel. */
function tileOfFour(
	a: usize, down: usize, step: usize, panel: usize, depth: usize,
	out: usize, next: usize, adds: bool
): void {
	let s00 = f32x4.splat(0), s01 = s00, s10 = s00, s11 = s00;
	let s20 = s00, s21 = s00, s30 = s00, s31 = s00;
	const out1 = out + next, out2 = out1 + next, out3 = out2 + next;
	if (adds) {
		s00 = v128.load(out); s01 = v128.load(out, 16);
		s10 = v128.load(out1); s11 = v128.load(out1, 16);
		s20 = v128.load(out2); s21 = v128.load(out2, 16);
		s30 = v128.load(out3); s31 = v128.load(out3, 16);
	}
	let a1 = a + down, a2 = a1 + down, a3 = a2 + down;
	const end = panel + depth * ROW;
	while (panel < end) {
		const y0 = v128.load(panel), y1 = v128.load(panel, 16);
		let x = v128.load32_splat(a);
		s00 = plus(s00, x, y0); s01 = plus(s01, x, y1);
		x = v128.load32_splat(a1);
		s10 = plus(s10, x, y0); s11 = plus(s11, x, y1);
		x = v128.load32_splat(a2);
		s20 = plus(s20, x, y0); s21 = plus(s21, x, y1);
		x = v128.load32_splat(a3);
		s30 = plus(s30, x, y0); s31 = plus(s31, x, y1);
		a += step; a1 += step; a2 += step; a3 += step;
		panel += ROW;
	}
	v128.store(out, s00); v128.store(out, s01, 16);
	v128.store(out1, s10); v128.store(out1, s11, 16);
	v128.store(out2, s20); v128.store(out2, s21, 16);
	v128.store(out3, s30); v128.store(out3, s31, 16);
}

/** Copies the part of a tile that belongs to the outcome. */
function unpack(
	tile: usize, rows: usize, columns: usize, out: usize, next: usize, adds: bool
): void {
	for (let row: usize = 0; row < rows; row++) {
		for (let column: usize = 0; column < columns; column++) {
			const to = out + row * next + column * F;
			const sum = load<f32>(tile + row * ROW + column * F);
			store<f32>(to, adds ? load<f32>(to) + sum : sum);
		}
	}
}

/** All rows of a times one panel. */
function strip(
	a: usize, down: usize, step: usize, panel: usize, depth: usize,
	out: usize, next: usize, rows: usize, count: usize, adds: bool
): void {
	const whole = rows & ~(TILE - 1);
	const tile = panel + DEPTH * ROW;
	if (count == PANEL) {
		for (let row: usize = 0; row < whole; row += TILE) {
			tileOfFour(a + row * down, down, step, panel, depth, out + row * next, next, adds);
		}
		for (let row = whole; row < rows; row++) {
			tileOfOne(a + row * down, step, panel, depth, out + row * next, adds);
		}
		return;
	}
	for (let row: usize = 0; row < whole; row += TILE) {
		tileOfFour(a + row * down, down, step, panel, depth, tile, ROW, false);
		unpack(tile, TILE, count, out + row * next, next, adds);
	}
	for (let row = whole; row < rows; row++) {
		tileOfOne(a + row * down, step, panel, depth, tile, false);
		unpack(tile, 1, count, out + row * next, next, adds);
	}
}

/**
 * `out[rows, columns] = a · b`, or `+=` where it adds.
 *
 * @param aDown from a row of a to the next; `aAcross` from an inner number to the next; b likewise
 * @param room where `productRoom` bytes are free
 */
export function product(
	a: usize, aDown: usize, aAcross: usize, b: usize, bDown: usize, bAcross: usize,
	out: usize, rows: usize, inner: usize, columns: usize, adds: bool, room: usize
): void {
	const next = columns * F;
	if (inner == 0 && !adds) memory.fill(out, 0, rows * next);
	for (let first: usize = 0; first < inner; first += DEPTH) {
		const depth = min(DEPTH, inner - first);
		const grows = adds || first > 0;
		for (let column: usize = 0; column < columns; column += PANEL) {
			const count = min(PANEL, columns - column);
			pack(b + first * bDown + column * bAcross, bDown, bAcross, depth, count, room);
			strip(
				a + first * aAcross, aDown, aAcross, room, depth,
				out + column * F, next, rows, count, grows
			);
		}
	}
}

/**
 * One product per expert, whose rows stand from `starts` of it to that of the next. A row of a has
 * `width` numbers.
 *
 * @param form 0: `out[rows, columns] = a · b`, a matrix b per expert; 1: b lies turned;
 *   2: `out[width, columns] = aᵀ · b`, a matrix out per expert and both a and b in rows
 */
export function productByExpert(
	a: usize, b: usize, out: usize, starts: usize,
	experts: usize, width: usize, columns: usize, form: u32, room: usize
): void {
	const size = width * columns * F, wide = width * F, long = columns * F;
	for (let expert: usize = 0; expert < experts; expert++) {
		const from = usize(load<u32>(starts + expert * 4));
		const count = usize(load<u32>(starts + expert * 4, 4)) - from;
		const rows = a + from * wide, matrix = expert * size, place = from * long;
		if (form == 2) {
			product(rows, F, wide, b + place, long, F, out + matrix, width, count, columns, false, room);
		} else if (count != 0) {
			const down = form == 1 ? F : long, across = form == 1 ? wide : F;
			product(
				rows, wide, F, b + matrix, down, across,
				out + place, count, width, columns, false, room
			);
		}
	}
}
