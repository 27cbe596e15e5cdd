/** Measures the home page of the built site in Chromium, as a visitor's browser would run it. */
import type { Browser, Page } from 'playwright-core';
import { quantile } from './spread';

/** What one visit to the home page showed; times in milliseconds. */
export interface HomeVisit {
	backend: string;
	/** From the end of loading to the engine being ready. */
	engineReady: number;
	/** From a key press to the picture of the pass over the new text: one for each press. */
	keyToPicture: number[];
	/** Training steps per second of the default toy. */
	stepsPerSecond: number;
	/** Longest task of the page's main thread while training; 0 when none took 50 ms. */
	longestTask: number;
	/** Milliseconds from one frame of the page to the next while training: 95 of 100 take at most this. */
	frame95: number;
}

/** How long a visit takes its time: for a full run of the benchmark, and for a quick one. */
const FULL = { presses: 11, trainingSeconds: 10 };
const QUICK = { presses: 5, trainingSeconds: 5 };

/** Noted by the page itself, on its own clock. */
interface Notes {
	ready?: number;
	pressed: number;
	drawn: number;
	longest: number;
	/** Milliseconds from one frame to the next. */
	frames: number[];
}

declare global {
	var notes: Notes;
}

/** Runs in the page before its own scripts. */
function takeNotes(): void {
	globalThis.notes = { pressed: 0, drawn: 0, longest: 0, frames: [] };
	new MutationObserver(() => {
		if (document.documentElement.dataset.engine === 'ready') notes.ready ??= performance.now();
	}).observe(document, { subtree: true, attributes: true, attributeFilter: ['data-engine'] });
	new PerformanceObserver((list) => {
		for (const { duration } of list.getEntries()) notes.longest = Math.max(notes.longest, duration);
	}).observe({ type: 'longtask' });
	addEventListener('keydown', () => (notes.pressed = performance.now()), { capture: true });
}

/** Notes from now on how long each frame takes. */
function watchFrames(): void {
	notes.frames = [];
	let last = performance.now();
	const frame = (now: number) => {
		notes.frames.push(now - last);
		last = now;
		requestAnimationFrame(frame);
	};
	requestAnimationFrame(frame);
}

/** Notes when the bars of the next token, the end of the picture, were last drawn. */
function watchPicture(): void {
	const bars = document.querySelector('main aside') ?? document.body;
	new MutationObserver(() => {
		requestAnimationFrame(() => (notes.drawn = performance.now()));
	}).observe(bars, { subtree: true, childList: true, characterData: true, attributes: true });
}

/** Fills the prompt to the model's length, then types its last letter again and again. */
async function measureKeys(page: Page, presses: number): Promise<number[]> {
	const prompt = page.locator('#prompt');
	const text = await prompt.inputValue();
	await prompt.fill(Array<string>(6).fill(text.trim()).join(' '));
	await page.waitForTimeout(1500);
	await page.evaluate(watchPicture);
	await prompt.press('End');
	const last = (await prompt.inputValue()).at(-1) ?? 'a';
	const times: number[] = [];
	for (let i = 0; i < presses; i++) {
		await prompt.press('Backspace');
		await page.waitForTimeout(800);
		await prompt.press(last);
		await page.waitForTimeout(800);
		times.push(await page.evaluate(() => notes.drawn - notes.pressed));
	}
	return times;
}

/** The number after “step” in the training panel. */
async function stepNow(page: Page): Promise<number> {
	const text = await page.locator('dt:text-is("step") + dd').innerText();
	return Number(text.replaceAll(/\D/g, ''));
}

type TrainingNotes = Pick<HomeVisit, 'stepsPerSecond' | 'longestTask' | 'frame95'>;

/** Trains until the page is closed; the first seconds, in which everything warms up, do not count. */
async function measureTraining(page: Page, trainingSeconds: number): Promise<TrainingNotes> {
	await page.locator('section[aria-labelledby="training"] button').first().click();
	await page.waitForTimeout(3000);
	await page.evaluate(() => (notes.longest = 0));
	await page.evaluate(watchFrames);
	const began = performance.now();
	const first = await stepNow(page);
	await page.waitForTimeout(trainingSeconds * 1000);
	const steps = (await stepNow(page)) - first;
	const seconds = (performance.now() - began) / 1000;
	const { longest: longestTask, frames } = await page.evaluate(() => notes);
	return { stepsPerSecond: steps / seconds, longestTask, frame95: quantile(frames, 0.95) };
}

/**
 * Visits the page once.
 *
 * @param url of the home page
 * @param isQuick whether few keys and seconds of training have to do
 * @throws Error if the engine does not become ready within a minute
 */
export async function measureVisit(
	browser: Browser,
	url: string,
	isQuick: boolean
): Promise<HomeVisit> {
	const { presses, trainingSeconds } = isQuick ? QUICK : FULL;
	// A first visit, with nothing kept and nothing being kept.
	const page = await browser.newPage({
		viewport: { width: 1280, height: 900 },
		serviceWorkers: 'block'
	});
	await page.addInitScript(takeNotes);
	await page.goto(url, { waitUntil: 'load' });
	await page.waitForSelector('html[data-engine="ready"]', { state: 'attached', timeout: 60_000 });
	const engineReady = await page.evaluate(() => {
		const [navigation] = performance.getEntriesByType('navigation');
		const loaded = (navigation as PerformanceNavigationTiming).loadEventEnd;
		return Math.max(0, (notes.ready ?? NaN) - loaded);
	});
	const backend = (await page.locator('html').getAttribute('data-backend')) ?? 'unknown';
	const keyToPicture = await measureKeys(page, presses);
	const training = await measureTraining(page, trainingSeconds);
	await page.close();
	return { backend, engineReady, keyToPicture, ...training };
}
