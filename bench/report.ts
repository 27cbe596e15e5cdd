import type { Visit } from './visit';
import { curveTable, enduranceTable, markdownOf, raceTable, type Table } from './tables';
import type { Measured } from './targets';

/** One measured figure and what we promise. */
export interface Figure {
	name: string;
	/** NaN where it was not measured. */
	value: number;
	/** The middle half of the rounds whose median the value is. */
	middle?: { lower: number; upper: number };
	unit: string;
	/** The promise: at most, or at least, this much. */
	limit: number;
	sense: 'at most' | 'at least';
}

/** Where and when figures were measured. */
export interface Circumstances {
	date: string;
	processor: string;
	cores: number;
	memory: string;
	browser: string;
	/** What draws for WebGL, in the browser's words. */
	renderer: string;
	/** Whether `--quick` asked for few repetitions. */
	isQuick: boolean;
}

/** All that a run measured; the file of `--json` holds it (docs/benchmark.md). */
export interface Report extends Measured {
	where: Circumstances;
	/** What a visitor feels. */
	figures: readonly Figure[];
	visit: Visit | null;
	/** What we promise about the model's own speed. */
	targets: readonly Figure[];
}

/** Whether a figure keeps its promise; what was not measured keeps none. */
function isKept({ value, limit, sense }: Figure): boolean {
	return sense === 'at most' ? value <= limit : value >= limit;
}

/** Whether rounds of the middle half lie on both sides of the promise. */
function isAtEdge({ middle, limit }: Figure): boolean {
	return middle !== undefined && middle.lower <= limit && limit <= middle.upper;
}

const rounded = (value: number) =>
	Number.isInteger(value) ? String(value) : value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0);

/** The value with its unit, and the middle half where there is one. */
function shown({ value, middle, unit }: Figure): string {
	if (Number.isNaN(value)) return 'not measured';
	const half = middle ? `(${rounded(middle.lower)} – ${rounded(middle.upper)})` : '';
	return [rounded(value), unit, half].filter(Boolean).join(' ');
}

/** A figure in one line of the terminal. */
export function line(figure: Figure): string {
	const { name, limit, sense } = figure;
	const edge = isAtEdge(figure) ? ', at the edge' : '';
	return `${isKept(figure) ? 'good  ' : 'MISSED'}  ${name}: ${shown(figure)} (${sense} ${limit}${edge})`;
}

export function figureTable(figures: readonly Figure[]): Table {
	return [
		['what', 'measured', 'promised', 'kept'],
		...figures.map((figure) => {
			const { name, unit, limit, sense } = figure;
			const kept = `${isKept(figure) ? 'yes' : 'no'}${isAtEdge(figure) ? ', at the edge' : ''}`;
			return [name, shown(figure), `${sense} ${limit} ${unit}`.trim(), kept];
		})
	];
}

/** The page docs/performance.md. */
export function markdown(report: Report): string {
	const { where, figures, visit, targets } = report;
	const length = where.isQuick ? ' in a quick run, with few repetitions' : '';
	const visitor =
		visit === null
			? ''
			: `## What a visitor feels

The engine computed on \`${visit.backend}\`. Times of keys are the median of several.

${markdownOf(figureTable(figures))}

The first view is everything the home page loads as script before its engine starts; sizes are compressed with Brotli, in thousands of bytes. The worker's size is without its WebAssembly files. A key press counts until the bars of the next token are drawn. Steps are those of the default toy, 16 sequences of 32 tokens each.
`;
	return `# Performance

Written by \`npm run bench\` on ${where.date}${length}: production bundles in headless ${where.browser}, on ${where.cores} cores of ${where.processor} with ${where.memory}. WebGL is drawn by ${where.renderer || 'nothing'}.

${visitor}
## What we promise about the model

${markdownOf(figureTable(targets))}

In brackets is the middle half of the rounds whose median is given; “at the edge” means that the promise lies in that half. What was not measured here does not count as kept.

${raceText(report)}`;
}

function raceText({ races, curves, endurance }: Report): string {
	// A contender that did not start has nothing to tell of itself.
	const told = races.filter(({ about }) => about !== '');
	const who = [...new Set(told.map((r) => `${r.contender} on ${r.backend}: ${r.about}`))];
	return `## Against its peers

Time of a training step, median and the middle half; every contender starts from the same weights, sees the same tokens and must report the same loss to 0.001 at every step, or the run fails. They train in turn, a moment each. What they are and what the columns mean is in [benchmark.md](benchmark.md).

${markdownOf(raceTable(races))}

${who.map((name) => `- ${name}`).join('\n')}

## How time grows

${markdownOf(curveTable(curves))}

All sizes of a row make single steps in turn; growth and exponent are computed for each round, and the median and the middle half of the rounds are given. The exponent is the p of \`time = c · size^p\` that fits best.

## Memory in a long run

${markdownOf(enduranceTable(endurance))}
`;
}
