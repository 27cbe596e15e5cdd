/** A drawn curve in the link: nine signs, tenths from 0 to a, and - where nothing is drawn. */

const SIGNS = '0123456789a';

export function readCurve(text: string): (number | null)[] {
	return Array.from(text, (sign) => (sign === '-' ? null : SIGNS.indexOf(sign) / 10));
}

export function writeCurve(points: readonly (number | null)[]): string {
	return points.map((point) => (point === null ? '-' : SIGNS[Math.round(10 * point)])).join('');
}

/** Curves to begin with. */
export const PRESETS = [
	{ name: 'constant', curve: '555555555' },
	{ name: 'rising', curve: '0-------a' },
	{ name: 'falling', curve: 'a-------0' }
] as const;

/** No place of the curve drawn. */
export const EMPTY_CURVE = '---------';
