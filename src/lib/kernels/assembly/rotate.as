/**
 * Turns the adjacent pairs of every head by the angles of its row's position.
 *
 * @param positions rows of the tables; row n of x stands at position n modulo this
 * @param direction 1 turns forwards, −1 back
 */
export function rotate(
	x: usize, cos: usize, sin: usize, y: usize,
	rows: usize, positions: usize, heads: usize, pairs: usize, direction: f32
): void {
	const signs = f32x4.replace_lane(
		f32x4.replace_lane(f32x4.splat(direction), 0, -direction), 2, -direction
	);
	const even = pairs & ~1;
	for (let row: usize = 0; row < rows; row++) {
		const table = (row % positions) * pairs * 4;
		for (let head: usize = 0; head < heads; head++) {
			let pair: usize = 0;
			for (; pair < even; pair += 2) {
				const c = v128.load64_zero(cos + table + pair * 4);
				const s = v128.load64_zero(sin + table + pair * 4);
				const four = v128.load(x);
				const turned = f32x4.mul(
					v128.shuffle<f32>(four, four, 1, 0, 3, 2),
					f32x4.mul(v128.shuffle<f32>(s, s, 0, 0, 1, 1), signs)
				);
				v128.store(y, f32x4.add(f32x4.mul(four, v128.shuffle<f32>(c, c, 0, 0, 1, 1)), turned));
				x += 16;
				y += 16;
			}
			if (pair < pairs) {
				const c = load<f32>(cos + table + pair * 4);
				const s = load<f32>(sin + table + pair * 4) * direction;
				const first = load<f32>(x), second = load<f32>(x, 4);
				store<f32>(y, first * c - second * s);
				store<f32>(y, first * s + second * c, 4);
				x += 8;
				y += 8;
			}
		}
	}
}
