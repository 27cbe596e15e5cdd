/** One measured figure and what we promise. */
export interface Figure {
	name: string;
	value: number;
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
	backend: string;
}

/** Whether a figure keeps its promise. */
export function isKept({ value, limit, sense }: Figure): boolean {
	return sense === 'at most' ? value <= limit : value >= limit;
}

const rounded = (value: number) => (value < 100 ? value.toFixed(1) : value.toFixed(0));

/** A figure in one line of the terminal. */
export function line(figure: Figure): string {
	const { name, value, unit, limit, sense } = figure;
	return `${isKept(figure) ? 'good  ' : 'MISSED'}  ${name}: ${rounded(value)} ${unit} (${sense} ${limit})`;
}

/** The page docs/performance.md. */
export function markdown(figures: readonly Figure[], where: Circumstances): string {
	const rows = figures.map((figure) => {
		const { name, value, unit, limit, sense } = figure;
		return `| ${name} | ${rounded(value)} ${unit} | ${sense} ${limit} ${unit} | ${isKept(figure) ? 'yes' : 'no'} |`;
	});
	return `# Performance

Written by \`npm run bench\` on ${where.date}: the production build in headless ${where.browser}, on ${where.cores} cores of ${where.processor} with ${where.memory}; the engine computed on \`${where.backend}\`. Times of keys are the median of several.

| what | measured | promised | kept |
| --- | --- | --- | --- |
${rows.join('\n')}

The first view is everything the home page loads as script before its engine starts; sizes are compressed with Brotli, in thousands of bytes. The worker's size is without its WebAssembly files. A key press counts until the bars of the next token are drawn. Steps are those of the default toy, 16 sequences of 32 tokens each.
`;
}
