/** Seeded random numbers. The same seed gives the same numbers on every machine. */
export interface Random {
	/** Uniform in [0, 1), 32 bits of resolution. */
	next(): number;
	/** Uniform whole number in [0, below). */
	integer(below: number): number;
	/** Standard normal. */
	normal(): number;
}

/**
 * A generator for a seed and a stream: `random(seed, step)` gives every training step numbers of its
 * own, so a resumed run draws what an unbroken one would have drawn. The generator is sfc32.
 *
 * Source: Chris Doty-Humphrey, PractRand, sfc32 (public domain).
 */
export function random(seed: number, stream = 0): Random {
	let a = 0x9e3779b9 ^ Math.trunc(seed);
	let b = 0x243f6a88 ^ Math.trunc(stream);
	let c = 0xb7e15162 ^ Math.floor(seed / 2 ** 32);
	let counter = 1;

	function bits(): number {
		const t = (((a + b) | 0) + counter) | 0;
		counter = (counter + 1) | 0;
		a = b ^ (b >>> 9);
		b = (c + (c << 3)) | 0;
		c = (c << 21) | (c >>> 11);
		c = (c + t) | 0;
		return t >>> 0;
	}
	for (let i = 0; i < 16; i++) bits();

	const next = () => bits() / 2 ** 32;
	return {
		next,
		integer: (below) => Math.floor(next() * below),
		normal: () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next())
	};
}
