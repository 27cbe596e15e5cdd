export interface RotateSizes {
	/** Positions in the tables; row n of x stands at position n modulo this. */
	readonly positions: number;
	readonly heads: number;
	readonly pairs: number;
	/** 1 turns forwards, −1 back. */
	readonly direction: 1 | -1;
}

/** Turns the adjacent pairs of every head by the angles of its row's position. */
export function rotateLoop(
	{ x, cos, sin, y }: Record<'x' | 'cos' | 'sin' | 'y', Float32Array>,
	{ positions, heads, pairs, direction }: RotateSizes
): void {
	const width = heads * pairs * 2;
	for (let start = 0, row = 0; start < x.length; start += width, row++) {
		const table = (row % positions) * pairs;
		for (let i = 0; i < heads * pairs; i++) {
			const [c, s] = [cos[table + (i % pairs)]!, direction * sin[table + (i % pairs)]!];
			const [even, odd] = [x[start + 2 * i]!, x[start + 2 * i + 1]!];
			y[start + 2 * i] = even * c - odd * s;
			y[start + 2 * i + 1] = even * s + odd * c;
		}
	}
}
