/**
 * Measures what a visitor feels, on the production build in headless Chromium, and writes docs/performance.md:
 *
 *     npm run bench [-- --json FILE]
 */
import { writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { format, resolveConfig } from 'prettier';
import { basePath } from '../scripts/base-path.mjs';
import { weights } from '../scripts/budgets.mjs';
import { ensureBuilt, site } from '../scripts/build.mjs';
import { launchChrome } from '../scripts/chrome.mjs';
import { serve } from '../scripts/server.mjs';
import { measureVisit, type Visit } from './page';
import { isKept, line, markdown, type Circumstances, type Figure } from './report';

const DOCUMENT = 'docs/performance.md';

/** The value in the middle. */
function median(values: readonly number[]): number {
	return values.toSorted((a, b) => a - b)[values.length >> 1] ?? NaN;
}

/** What is promised for a machine of two cores without a graphics processor. */
function figuresOf(visit: Visit): Figure[] {
	const sizes = weights().map(({ name, bytes, limit }): Figure => {
		return { name, value: bytes / 1000, unit: 'kB', limit: limit / 1000, sense: 'at most' };
	});
	return [
		{
			name: 'engine ready after load',
			value: visit.engineReady,
			unit: 'ms',
			limit: 3000,
			sense: 'at most'
		},
		{
			name: 'key press to picture, 32 tokens',
			value: median(visit.keyToPicture),
			unit: 'ms',
			limit: 200,
			sense: 'at most'
		},
		{ name: 'training', value: visit.stepsPerSecond, unit: 'steps/s', limit: 5, sense: 'at least' },
		{
			name: 'longest task of the page while training',
			value: visit.longestTask,
			unit: 'ms',
			limit: 50,
			sense: 'at most'
		},
		...sizes
	];
}

/** Serves the built site and visits it. */
async function measure(): Promise<{ visit: Visit; browser: string }> {
	const { url, close } = await serve({ folder: site, port: 0, base: basePath });
	const browser = await launchChrome();
	try {
		return { visit: await measureVisit(browser, url), browser: `Chromium ${browser.version()}` };
	} finally {
		await browser.close();
		await close();
	}
}

if (!(await ensureBuilt({ always: false }))) throw new Error('the site could not be built');
const { visit, browser } = await measure();
const figures = figuresOf(visit);
const where: Circumstances = {
	date: new Date().toISOString().slice(0, 10),
	processor: cpus()[0]?.model.trim() ?? 'an unknown processor',
	cores: cpus().length,
	memory: `${(totalmem() / 2 ** 30).toFixed(0)} GiB`,
	browser,
	backend: visit.backend
};
for (const figure of figures) console.log(line(figure));
const options = await resolveConfig(DOCUMENT);
writeFileSync(DOCUMENT, await format(markdown(figures, where), { ...options, filepath: DOCUMENT }));
const at = process.argv.indexOf('--json');
const file = at < 0 ? undefined : process.argv[at + 1];
if (file) writeFileSync(file, `${JSON.stringify({ where, figures, visit }, null, '\t')}\n`);
if (!figures.every(isKept)) console.log('Some promises are not kept on this machine.');
