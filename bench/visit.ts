/** The visitor's part of the benchmark: the built site, visited once. */
import { basePath } from '../scripts/base-path.mjs';
import { weights } from '../scripts/budgets.mjs';
import { ensureBuilt, site } from '../scripts/build.mjs';
import { launchChrome } from '../scripts/chrome.mjs';
import { serve } from '../scripts/server.mjs';
import { measureVisit, type Visit } from './page';
import type { Figure } from './report';
import { quantile } from './spread';

/** What is promised for a machine of two cores without a graphics processor. */
export function figuresOf(visit: Visit): Figure[] {
	const sizes = weights().map(({ name, bytes, limit }): Figure => {
		return { name, value: bytes / 1000, unit: 'kB', limit: limit / 1000, sense: 'at most' };
	});
	const figure = (
		name: string,
		value: number,
		unit: string,
		sense: Figure['sense'],
		limit: number
	): Figure => ({ name, value, unit, limit, sense });
	return [
		figure('engine ready after load', visit.engineReady, 'ms', 'at most', 3000),
		figure(
			'key press to picture, 32 tokens',
			quantile(visit.keyToPicture, 0.5),
			'ms',
			'at most',
			200
		),
		figure('training', visit.stepsPerSecond, 'steps/s', 'at least', 5),
		figure('longest task of the page while training', visit.longestTask, 'ms', 'at most', 50),
		// A software renderer draws the page on the cores that train.
		...(visit.backend === 'webgl'
			? [figure('95 of 100 frames of the page while training', visit.frame95, 'ms', 'at most', 17)]
			: []),
		...sizes
	];
}

/**
 * Builds the site where it is stale, serves and visits it.
 *
 * @throws Error if it cannot be built
 */
export async function visitSite(): Promise<Visit> {
	if (!(await ensureBuilt({ always: false }))) throw new Error('the site could not be built');
	const { url, close } = await serve({ folder: site, port: 0, base: basePath });
	const browser = await launchChrome();
	try {
		return await measureVisit(browser, url);
	} finally {
		await browser.close();
		await close();
	}
}
