import type { GoldenRow } from './tally';

const HEAD = ['case', 'group', 'tensors', 'largest error', 'tolerance', 'verdict', 'worst tensor'];

/** The rows as a table of text. */
export function tableText(rows: readonly GoldenRow[]): string {
	const lines = [HEAD, ...rows.map(cells)];
	const widths = HEAD.map((_, column) => Math.max(...lines.map((line) => line[column]!.length)));
	const shown = lines.map((line) =>
		line
			.map((cell, column) => cell.padEnd(widths[column]!))
			.join('  ')
			.trimEnd()
	);
	return [shown[0], widths.map((width) => '-'.repeat(width)).join('  '), ...shown.slice(1)].join(
		'\n'
	);
}

function cells(row: GoldenRow): string[] {
	return [
		row.case,
		row.group,
		String(row.count),
		number(row.error),
		row.tolerance === 0 ? 'exact' : number(row.tolerance),
		row.isWithin ? 'ok' : 'MISS',
		row.error === 0 ? '' : row.worst
	];
}

const number = (value: number) => (value === 0 ? '0' : value.toExponential(1));
