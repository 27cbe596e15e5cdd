/** The visitor's part of the benchmark: the built site, visited once. */
import { basePath } from '../scripts/base-path.mjs';
import { weights } from '../scripts/budgets.mjs';
import { ensureBuilt, site } from '../scripts/build.mjs';
import { serve } from '../scripts/server.mjs';
import { openBrowser } from './graphics';
import { measureVisit, type HomeVisit } from './page';
import { measurePointer } from './pointer';
import type { Figure } from './report';
import { quantile } from './spread';

/** What one visit to the home page and to a lesson showed; times in milliseconds. */
export interface Visit extends HomeVisit {
	/** Script, style and layout for a move of the pointer over scores of 64 tokens and 16 experts. */
	pointerToPicture: number[];
}

/**
 * What is promised to a visitor: on two cores without a graphics processor, but for the frames. A software
 * renderer draws the page on the cores that train, so frames count on a graphics processor alone.
 */
export function figuresOf(visit: Visit, isGpu: boolean): Figure[] {
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
		figure(
			'95 of 100 moves over 64 tokens × 16 experts',
			quantile(visit.pointerToPicture, 0.95),
			'ms',
			'at most',
			16
		),
		figure('training', visit.stepsPerSecond, 'steps/s', 'at least', 5),
		figure('longest task of the page while training', visit.longestTask, 'ms', 'at most', 50),
		figure(
			'95 of 100 frames of the page while training (on a graphics processor)',
			isGpu ? visit.frame95 : NaN,
			'ms',
			'at most',
			17
		),
		...sizes
	];
}

/**
 * Builds the site where it is stale, serves and visits it.
 *
 * @param isGpu whether the browser shall draw on the machine's graphics processor
 * @param isQuick whether few repetitions have to do
 * @throws Error if it shall and does not, or if the site cannot be built
 */
export async function visitSite(isGpu: boolean, isQuick: boolean): Promise<Visit> {
	const { browser } = await openBrowser(isGpu);
	try {
		if (!(await ensureBuilt({ always: false }))) throw new Error('the site could not be built');
		const { url, close } = await serve({ folder: site, port: 0, base: basePath });
		try {
			const home = await measureVisit(browser, url, isQuick);
			return { ...home, pointerToPicture: await measurePointer(browser, url) };
		} finally {
			await close();
		}
	} finally {
		await browser.close();
	}
}
