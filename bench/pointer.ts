/** Measures how long a figure of a lesson works on a move of the pointer. */
import type { Browser } from 'playwright-core';

/** The free figure of the lesson on the router, at the size that is promised. */
const TOKENS = 64;
const EXPERTS = 16;
const LINK = `lessons/router/?tokens=${TOKENS}&experts=${EXPERTS}`;
const WARM_UP = 20;
const MOVES = 60;

/** Runs in the page: moves over random cells; milliseconds of script, style and layout for each. */
async function movesOver(grid: Element, count: number): Promise<number[]> {
	grid.scrollIntoView({ block: 'center' });
	const { left, top, width, height } = grid.getBoundingClientRect();
	let seed = 7;
	const random = () => (seed = (seed * 16807) % 2147483647) / 2147483647;
	const times: number[] = [];
	for (let move = 0; move < count; move++) {
		const place = { clientX: left + random() * width, clientY: top + random() * height };
		await new Promise(requestAnimationFrame);
		const began = performance.now();
		grid.dispatchEvent(new PointerEvent('pointermove', { ...place, bubbles: true }));
		// What the move changes is drawn in a microtask.
		await new Promise<void>(queueMicrotask);
		document.body.getBoundingClientRect();
		times.push(performance.now() - began);
	}
	return times;
}

/**
 * Moves the pointer over the scores of 64 tokens and 16 experts.
 *
 * @param url of the home page
 * @throws Error if the figure has not that size, or the engine is not ready, within a minute
 */
export async function measurePointer(browser: Browser, url: string): Promise<number[]> {
	const page = await browser.newPage({
		viewport: { width: 1280, height: 900 },
		serviceWorkers: 'block'
	});
	await page.goto(new URL(LINK, url).href, { waitUntil: 'load' });
	const size = `[aria-rowcount="${EXPERTS}"][aria-colcount="${TOKENS}"]`;
	const grid = page.locator(`[aria-label="Your own sorting office"] [role="grid"]${size}`);
	await grid.waitFor({ timeout: 60_000 });
	await page.waitForSelector('html[data-engine="ready"]', { state: 'attached', timeout: 60_000 });
	await grid.evaluate(movesOver, WARM_UP);
	const times = await grid.evaluate(movesOver, MOVES);
	await page.close();
	return times;
}
