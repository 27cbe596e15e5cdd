/** Every lesson as a learner without a pointer goes through it: by Tab, arrows, Space and Enter. */
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { ready } from './browser';

const LESSONS = [
	'chunked-attention',
	'irope',
	'nope-temperature',
	'router',
	'co-distillation'
] as const;

/** More stops of the tabulator than any page has. */
const MANY = 150;

const OPEN = 'form.prediction:has(button[type="submit"])';
const RUN = '.run button.primary:not([disabled])';

/** What has the focus: the answers of an open prediction, its button, or that of a run. */
function focused(page: Page): Promise<string> {
	return page.evaluate(
		([open, run]) => {
			const now = document.activeElement;
			if (now?.closest(open!)) return now.matches('[type="submit"]') ? 'commit' : 'answer';
			return now?.matches(run!) ? 'run' : 'other';
		},
		[OPEN, RUN]
	);
}

/** Presses Tab until the focus is where it is wanted. */
async function tabTo(page: Page, wanted: string): Promise<void> {
	for (let press = 0; press < MANY; press++) {
		if ((await focused(page)) === wanted) return;
		await page.keyboard.press('Tab');
	}
	throw new Error(`no stop of the tabulator is the ${wanted} of “${await page.textContent('#step-title')}”`); // prettier-ignore
}

/** Answers with the keys that the field in focus takes. */
async function answer(page: Page): Promise<void> {
	const kind = await page.evaluate(() => {
		const now = document.activeElement;
		return now?.getAttribute('role') ?? now?.getAttribute('type') ?? '';
	});
	if (kind === 'radio') return page.keyboard.press('Space');
	if (kind === 'number' || kind === 'text') return page.keyboard.type('1');
	for (const key of ['ArrowUp', 'ArrowRight', 'ArrowUp']) await page.keyboard.press(key);
}

/** Predicts. */
async function predict(page: Page): Promise<void> {
	const open = page.locator(OPEN);
	const before = await open.count();
	await tabTo(page, 'answer');
	await answer(page);
	await tabTo(page, 'commit');
	await page.keyboard.press('Enter');
	await expect.poll(() => open.count()).toBe(before - 1);
	const said = await page.evaluate(() => document.activeElement?.textContent ?? '');
	expect(said, 'the focus is on what comes of the prediction').toMatch(/You said|You saw|It came out/); // prettier-ignore
}

/** Starts a run, and stops it by the same button. */
async function runAndStop(page: Page): Promise<void> {
	await tabTo(page, 'run');
	const label = await page.evaluate(() => document.activeElement?.textContent?.trim());
	await page.keyboard.press('Enter');
	await page.waitForSelector('.run button.primary:text-is("Stop"):focus');
	await page.waitForSelector('.run progress');
	await page.keyboard.press('Enter');
	await page.waitForSelector(`.run button.primary:text-is("${label}"):focus`);
	await page.waitForSelector('[role="status"]:has-text("Stopped ")');
}

describe('a learner with a keyboard alone', () => {
	test.each(LESSONS)(
		'goes through %s to its end: predicts what is asked, starts and stops what runs',
		async (lesson) => {
			const page = await ready(`lessons/${lesson}/`);
			const end = page.locator('nav .primary[aria-disabled="true"]');
			const last = await page.locator('nav[aria-label="Steps of the lesson"] li').count();
			const steps = new Set<string>();
			const done = { predictions: 0, runs: 0 };
			const ran = new Set<string>();
			for (let press = 0; press < MANY; press++) {
				const title = (await page.textContent('#step-title')) ?? '';
				steps.add(title);
				for (; (await page.locator(OPEN).count()) > 0; done.predictions++) await predict(page);
				if ((await page.locator(RUN).count()) > 0 && !ran.has(title)) {
					await runAndStop(page);
					ran.add(title);
					done.runs++;
				}
				if (await end.count()) break;
				const place = page.url();
				await page.keyboard.press('ArrowRight');
				await expect.poll(() => page.url()).not.toBe(place);
			}
			expect(steps.size).toBe(last);
			expect(done.predictions).toBeGreaterThanOrEqual(last - 3);
			expect(done.runs).toBeGreaterThanOrEqual(1);
		},
		300_000
	);
});
