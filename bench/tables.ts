/** Tables for the terminal and for a page of Markdown, from the same rows. */
import type { Curve } from './growth';
import type { Endurance, Result } from './race';
import type { Spread } from './spread';
import { ratioTo } from './targets';

/** The head, then the rows. */
export type Table = readonly (readonly string[])[];

/** Three digits that count. */
function short(value: number): string {
	if (!Number.isFinite(value)) return '–';
	const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
	return value.toFixed(digits);
}

const shown = ({ median, lower, upper }: Spread) =>
	Number.isNaN(median) ? '–' : `${short(median)} (${short(lower)} – ${short(upper)})`;
const megabytes = (bytes: number | null) => (bytes === null ? '–' : short(bytes / 1e6));

/** One row per contender, backend and work. */
export function raceTable(races: readonly Result[]): Table {
	const head = [
		'work',
		'backend',
		'who',
		'ms per step',
		'tokens/s',
		'ours is faster',
		'ms per pass'
	];
	const more = ['first step, ms', 'operations', 'drawn', 'peak tensors', 'peak MB'];
	return [
		[...head, ...more],
		...races.map((result) => {
			const { work, backend, contender, step, pass, firstStep, counts, unfinished } = result;
			const who = [work.name, backend, contender];
			if (unfinished !== null) return [...who, unfinished, ...Array<string>(8).fill('–')];
			const { batch, length } = work.train;
			const ratio = ratioTo(races, contender, backend, work.name);
			return [
				...[...who, shown(step), short((1000 * batch * length) / step.median)],
				...[contender === 'ours' ? '' : `${short(ratio)} ×`, pass ? shown(pass) : '–'],
				...[short(firstStep), String(counts?.operations ?? '–'), String(counts?.draws ?? '–')],
				...[String(counts?.peakTensors ?? '–'), megabytes(counts?.peakBytes ?? null)]
			];
		})
	];
}

/** One row per curve. */
export function curveTable(curves: readonly Curve[]): Table {
	return [
		['what', 'backend', 'rounds', 'ms', 'growth', 'exponent', 'exponent, upper half'],
		...curves.map(({ name, against, backend, points, growth, exponent, upperExponent }) => [
			...[name, backend, String(growth.ratio.count)],
			`${points.map(({ x, ms }) => `${x}: ${short(ms.median)}`).join(', ')} (${against})`,
			`${growth.to} over ${growth.from}: ${shown(growth.ratio)} ×`,
			...[shown(exponent), shown(upperExponent)]
		])
	];
}

/** One row per long run. */
export function enduranceTable(endurance: readonly Endurance[]): Table {
	return [
		['work', 'backend', 'steps', 'tensors', 'bytes', 'heap, MB'],
		...endurance.map(({ work, backend, steps, before, after }) => [
			...[work.name, backend, String(steps), `${before.tensors} → ${after.tensors}`],
			...[
				`${before.bytes} → ${after.bytes}`,
				`${megabytes(before.heap)} → ${megabytes(after.heap)}`
			]
		])
	];
}

/** A table in columns. */
export function textOf(table: Table): string {
	const widths = (table[0] ?? []).map((_, column) =>
		Math.max(...table.map((row) => row[column]?.length ?? 0))
	);
	return table
		.map((row) =>
			row
				.map((cell, column) => cell.padEnd(widths[column] ?? 0))
				.join('  ')
				.trimEnd()
		)
		.join('\n');
}

/** A table of Markdown. */
export function markdownOf([head = [], ...rows]: Table): string {
	const lines = [head, head.map(() => '---'), ...rows];
	return lines.map((row) => `| ${row.join(' | ')} |`).join('\n');
}
