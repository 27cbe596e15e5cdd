/**
 * Opens pages of the built site as a visitor would. What a visitor should never meet (an error in the
 * console, a missing file, a request to someone else's server) fails the test that met it.
 */
import axe from 'axe-core';
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
	const contexts = new Set(visits.map(({ page }) => page.context()));
	await Promise.all([...contexts].map((context) => context.close()));
	visits = [];
	expect(found, 'what went wrong in the page').toEqual([]);
});

afterAll(() => browser.close());

/** How a page is opened. */
export interface Visit extends BrowserContextOptions {
	/** Runs in the page before its own scripts, to stage a browser that lacks something. */
	before?: () => void;
	/** Whether the page may be kept for a time without a network; the others need no such copy. */
	mayKeep?: boolean;
	/** A page in whose browser it opens, as a second tab. */
	beside?: Page;
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
	{ before, beside, expected, mayKeep = false, ...context }: Visit = {}
): Promise<Page> {
	const viewport = { width: 1280, height: 900 };
	const own = beside?.context() ?? (await browser.newContext({ viewport, ...context }));
	const page = await own.newPage();
	const url = new URL(path, inject('site')).href;
	visits.push({ page, problems: watch(page, url, expected) });
	if (!mayKeep) {
		await page.addInitScript(() => Reflect.deleteProperty(Navigator.prototype, 'serviceWorker'));
	}
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

/**
 * Opens a page on WebAssembly, which every machine has, and waits until its engine computes.
 *
 * @param path as for `visit`
 */
export async function ready(path: string, options: Visit = {}): Promise<Page> {
	const page = await visit(`${path}${path.includes('?') ? '&' : '?'}backend=wasm`, options);
	await waitForEngine(page, ['ready']);
	return page;
}

/** Both sets of colours that a reader may prefer. */
export const SCHEMES = ['light', 'dark'] as const;

/** What axe finds that would stop somebody, in the page or in a part of it: rule and first element. */
export async function barriers(page: Page, part = 'html'): Promise<string[]> {
	await page.evaluate(axe.source);
	return page.evaluate(async (where) => {
		const { violations } = await (globalThis as unknown as { axe: typeof axe }).axe.run(where);
		return violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html.slice(0, 200) ?? ''}`);
	}, part);
}

/** By how many pixels the page is wider than its window. */
export function overflow(page: Page): Promise<number> {
	return page.evaluate(() => {
		const { scrollWidth, clientWidth } = document.documentElement;
		return scrollWidth - clientWidth;
	});
}

/**
 * Walks a lesson from where it stands to its end by the right arrow, and stays there.
 *
 * @param look called at each stop with what the bar says of the place
 * @returns the title at each stop, and what is said of the figure there
 */
export async function walk(
	page: Page,
	look: (place: string) => Promise<void> = async () => {}
): Promise<{ title: string; caption: string }[]> {
	await page.locator('h1').click();
	const stops: { title: string; caption: string }[] = [];
	const end = page.locator('nav .primary[aria-disabled="true"]');
	for (let press = 0; press < 60; press++) {
		stops.push({
			title: (await page.textContent('#step-title')) ?? '',
			caption: (await page.locator('.words .caption').allTextContents()).join('')
		});
		await look((await page.textContent('nav .count')) ?? '');
		if (await end.count()) return stops;
		await page.keyboard.press('ArrowRight');
	}
	throw new Error('the lesson has no end');
}
