/**
 * Colours tables of numbers with a handful of SVG paths, one per shade, so that thousands of cells
 * stay cheap, need no canvas, can be drawn before any script runs and follow the theme.
 */

/** Shades of a plain scale, 1 (faintest) to this. */
export const SHADES = 12;

export interface Shade {
	/** From 1 to SHADES; negative for negative numbers. */
	shade: number;
	/** Cells of this shade, one unit wide and high each. */
	path: string;
}

export interface HeatTable {
	values: ArrayLike<number>;
	columns: number;
	rows: number;
	/** The value that gets the strongest shade; beyond it nothing grows stronger. */
	extent: number;
	/** Share of a cell left free on each side, 0 to 0.5. */
	gap?: number;
	/** Whether a cell is drawn at all. */
	shows?: (row: number, column: number) => boolean;
}

/** The shade of a number: 0 for what is too small to see. */
export function shadeOf(value: number, extent: number): number {
	if (!(extent > 0)) return 0;
	const share = Math.min(1, Math.abs(value) / extent);
	return Math.sign(value) * Math.round(share * SHADES);
}

/** The cells of a table by shade. Cells of shade 0 come too, with the table's ground colour. */
export function shadesOf({ values, columns, rows, extent, gap = 0, shows }: HeatTable): Shade[] {
	const paths = new Map<number, string>();
	const side = round(1 - 2 * gap);
	for (let row = 0; row < rows; row++) {
		for (let column = 0; column < columns; column++) {
			if (shows && !shows(row, column)) continue;
			const shade = shadeOf(values[row * columns + column] ?? 0, extent);
			const cell = `M${round(column + gap)} ${round(row + gap)}h${side}v${side}h-${side}z`;
			paths.set(shade, (paths.get(shade) ?? '') + cell);
		}
	}
	return [...paths].map(([shade, path]) => ({ shade: shade + 0, path }));
}

/** The cells of a table that are in, as one path; neighbours in a row are one stroke. */
export function cellsPath(
	columns: number,
	rows: number,
	isIn: (row: number, column: number) => boolean
): string {
	let path = '';
	for (let row = 0; row < rows; row++) {
		for (let column = 0; column < columns; column++) {
			const from = column;
			while (column < columns && isIn(row, column)) column++;
			if (column > from) path += `M${from} ${row}h${column - from}v1h${from - column}z`;
		}
	}
	return path;
}

/** The largest absolute value, or `least` if all are smaller. */
export function extentOf(values: ArrayLike<number>, least = 1e-6): number {
	let largest = least;
	for (let i = 0; i < values.length; i++) largest = Math.max(largest, Math.abs(values[i] ?? 0));
	return largest;
}

/** The absolute value that 98 of 100 numbers do not exceed: one outlier must not pale all others. */
export function usualExtentOf(values: ArrayLike<number>): number {
	const sizes = Float64Array.from(values, Math.abs).sort();
	return sizes[Math.floor(0.98 * (sizes.length - 1))] || 1e-6;
}

/** The square root, with the sign kept: what a scale by roots shades. */
export const rootOf = (value: number): number => Math.sign(value) * Math.sqrt(Math.abs(value));

const round = (value: number) => Math.round(value * 1000) / 1000;
