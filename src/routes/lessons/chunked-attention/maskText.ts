import type { Mask } from '$lib/math/attention';

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** The places of a causal mask, row by row: each query with itself and every earlier key. */
function places(size: number): number[] {
	return Array.from({ length: size }, (_, query) =>
		Array.from({ length: query + 1 }, (_unused, key) => query * size + key)
	).flat();
}

/** A causal mask as a short text for a link: six places per letter. */
export function writeMask({ queries, allowed }: Mask): string {
	const bits = places(queries).map((place) => allowed[place] ?? 0);
	let text = '';
	for (let i = 0; i < bits.length; i += 6) {
		const six = Array.from({ length: 6 }, (_, j) => bits[i + j] ?? 0);
		text += LETTERS[six.reduce((sum, bit) => 2 * sum + bit, 0)];
	}
	return text;
}

/** The causal mask that a text stands for; null where it stands for none of this size. */
export function readMask(text: string, size: number): Mask | null {
	const own = places(size);
	const values = [...text].map((letter) => LETTERS.indexOf(letter));
	if (values.length !== Math.ceil(own.length / 6) || values.includes(-1)) return null;
	const allowed = new Uint8Array(size * size);
	own.forEach((place, i) => {
		allowed[place] = ((values[Math.floor(i / 6)] ?? 0) >> (5 - (i % 6))) & 1;
	});
	return { queries: size, keys: size, allowed };
}
