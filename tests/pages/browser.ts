/**
 * Opens pages of the built site as a visitor would. What a visitor should never meet (an error in the
 * console, a missing file, a request to someone else's server) fails the test that met it.
 */
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, inject } from 'vitest';
import { launchChrome } from '../../scripts/chrome.mjs';

let browser: Browser;
let visits: { page: Page; problems: string[] }[] = [];

beforeAll(async () => {
	browser = await launchChrome();
});

afterEach(async () => {
	const found = visits.flatMap(({ problems }) => problems);
	await Promise.all(visits.map(({ page }) => page.context().close()));
	visits = [];
	expect(found, 'what went wrong in the page').toEqual([]);
});

afterAll(() => browser.close());

/** How a page is opened. */
export interface Visit extends BrowserContextOptions {
	/** Runs in the page before its own scripts, to stage a browser that lacks something. */
	before?: () => void;
	/** Problems that this test means to cause: those whose text matches are let through. */
	expected?: RegExp;
}

/** Collects what a visitor should never meet. */
function watch(page: Page, site: string, expected: RegExp | undefined): string[] {
	const problems: string[] = [];
	const note = (problem: string) => {
		if (!expected?.test(problem)) problems.push(problem);
	};
	page.on('pageerror', ({ message }) => note(`exception: ${message}`));
	page.on('console', (message) => {
		if (['error', 'warning'].includes(message.type())) note(`${message.type()}: ${message.text()}`);
	});
	page.on('response', (response) => {
		if (response.status() >= 400) note(`${response.status()}: ${response.url()}`);
	});
	page.on('request', (request) => {
		const { origin, protocol } = new URL(request.url());
		if (protocol.startsWith('http') && origin !== new URL(site).origin) {
			note(`third party: ${request.url()}`);
		}
	});
	return problems;
}

/**
 * Opens a page in a fresh browser context (no storage of an earlier one), 1280 × 900 unless told.
 * It is closed when the test ends.
 *
 * @param path below the site's base, such as `lessons/router/?chunk=4`; empty for the home page; or a whole address
 */
export async function visit(
	path: string,
	{ before, expected, ...context }: Visit = {}
): Promise<Page> {
	const page = await browser.newPage({ viewport: { width: 1280, height: 900 }, ...context });
	const url = new URL(path, inject('site')).href;
	visits.push({ page, problems: watch(page, url, expected) });
	if (before) await page.addInitScript(before);
	await page.goto(url, { waitUntil: 'load' });
	return page;
}

/**
 * Waits until the page says that its engine is in one of these states (`<html data-engine>`).
 *
 * @param timeout in milliseconds
 * @throws Error if the time runs out
 */
export async function waitForEngine(
	page: Page,
	states: readonly string[],
	timeout = 30_000
): Promise<void> {
	const selector = states.map((state) => `html[data-engine="${state}"]`).join(', ');
	await page.waitForSelector(selector, { state: 'attached', timeout });
}
