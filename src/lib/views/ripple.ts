import type { Numbers } from './table';
import { tokenText } from './words';

/** A change in words: `not changed`, or `changed by 3.1 %`. */
export function changeWords(change: number): string {
	return change === 0 ? 'not changed' : `changed by ${shareWords(change)}`;
}

/** A share in percent, in as many digits as it takes to be seen. */
export function shareWords(share: number): string {
	const percent = 100 * share;
	if (percent === 0) return '0\u00a0%';
	if (percent < 0.01) return 'below 0.01\u00a0%';
	return `${percent.toFixed(percent < 1 ? 2 : 1)}\u00a0%`;
}

/** The changes of a ripple as a table, the inputs first. */
export function rippleTable(
	texts: readonly string[],
	rows: readonly (readonly number[])[] | null,
	places: readonly [number, number]
): Numbers {
	const heights = (rows ?? []).map((_, height) => (height === 0 ? 'input' : `after ${height}`));
	return {
		caption: `Change of each token's vector when those at ${places[0]} and ${places[1]} change places`,
		columns: ['token', ...heights],
		rows: texts.map((text, token) => [
			`${token} ${tokenText(text)}`,
			...(rows ?? []).map((row) => shareWords(row[token] ?? NaN))
		])
	};
}
