import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { barriers, SCHEMES, visit } from './browser';

/** The frame is the same for all; this lesson stands for them. */
const LESSON = 'lessons/chunked-attention/';

const place = (page: Page) => page.locator('nav[aria-label="Steps of the lesson"] .count');

/** Opens a lesson and waits until its scripts hear keys: the prerendered page is there before. */
async function open(
	query = '',
	options: Parameters<typeof visit>[1] = {},
	lesson = LESSON
): Promise<Page> {
	const page = await visit(`${lesson}${query}`, options);
	await page.waitForSelector('html:not([data-engine="idle"])', { state: 'attached' });
	return page;
}

describe('the index of lessons', () => {
	test('leads to every lesson and to its text, and back', async () => {
		const page = await visit('');
		await page.click('header >> text=Lessons');
		await page.waitForSelector('h1:has-text("Lessons")');
		expect(await page.locator('main ol > li').count()).toBeGreaterThan(1);
		const texts = await page.locator('main .text').evaluateAll((links) => links.length);
		expect(texts).toBe(await page.locator('main ol > li').count());
		await page.locator('main h2 a').first().click();
		await page.waitForSelector('nav[aria-label="Steps of the lesson"]');
	});

	test('keeps what was predicted, and forgets it when asked', async () => {
		const page = await visit('lessons/');
		await page.waitForSelector('text=None yet');
		await page.evaluate(() => {
			const made = { lesson: 'router', name: 'gate', question: 'How *much*?', guess: 0.5 };
			const result = { measured: 0.23, found: '0.23', isRight: false };
			const kept = JSON.stringify([{ ...made, said: '0.50', result }]);
			localStorage.setItem('llamascope-predictions', kept);
		});
		await page.reload();
		await page.waitForSelector('text=You said 0.50; measured: 0.23');
		expect(await page.textContent('#record ~ ul')).toContain('How much?');
		await page.click('text=Forget them all');
		await page.waitForSelector('text=None yet');
	});

	test.each(SCHEMES)('has no barrier that axe knows, %s', async (colorScheme) => {
		expect(await barriers(await visit('lessons/', { colorScheme }))).toEqual([]);
	});
});

describe('the frame of a lesson', () => {
	test('hears its keys, and leaves them alone where they mean something else', async () => {
		const page = await open();
		const first = await place(page).textContent();
		await page.keyboard.press('ArrowRight');
		expect(await place(page).textContent()).not.toBe(first);
		await page.keyboard.press('Home');
		expect(await place(page).textContent()).toBe(first);
		await page.locator('nav[aria-label="Steps of the lesson"] li button').nth(2).focus();
		await page.keyboard.press('Space');
		expect(await place(page).textContent()).toContain('Step 3');
		await page.keyboard.press('PageDown');
		expect(await place(page).textContent()).toContain('Step 3');
		await page.keyboard.press('?');
		expect(await page.locator('dialog[open]').textContent()).toContain('PageDown');
		await page.keyboard.press('Escape');
		expect(await page.locator('dialog[open]').count()).toBe(0);
	});

	test('keeps its place in the link, and finds it again', async () => {
		const page = await open();
		await page.locator('nav[aria-label="Steps of the lesson"] li button').nth(1).click();
		await page.waitForURL(/step=2/);
		const said = await place(page).textContent();
		await page.reload();
		await page.waitForSelector('nav .count:has-text("Step 2")');
		expect(await place(page).textContent()).toBe(said);
	});

	test('opens a definition in the text and closes it with Escape', async () => {
		const page = await open('?step=2');
		const term = page.locator('.words button[popovertarget]').first();
		await term.focus();
		await page.keyboard.press('Enter');
		await page.waitForSelector('.definition:popover-open');
		await page.keyboard.press('Escape');
		expect(await page.locator('.definition:popover-open').count()).toBe(0);
	});

	test('reads the step out after a move', async () => {
		const page = await open();
		await page.keyboard.press('ArrowRight');
		await page.waitForFunction(() =>
			[...document.querySelectorAll('[aria-live="polite"]')].some((live) =>
				/Step \d of|\d of \d/.test(live.textContent ?? '')
			)
		);
	});

	test('shows a class the figure and nothing else, and hears a clicker', async () => {
		const page = await open('?step=2');
		await page.keyboard.press('p');
		await page.waitForURL(/present=1/);
		expect(await page.locator('header >> text=Llamascope').count()).toBe(0);
		expect(await page.locator('#honesty').count()).toBe(0);
		const before = await place(page).textContent();
		await page.keyboard.press('PageDown');
		expect(await place(page).textContent()).not.toBe(before);
		await page.keyboard.press('PageUp');
		expect(await place(page).textContent()).toBe(before);
		await page.keyboard.press('Escape');
		await page.waitForSelector('header >> text=Llamascope');
	});
});

describe('the text of a lesson', () => {
	test('says the words of every step, without scripts', async () => {
		const lesson = await open();
		const steps = await lesson.locator('nav[aria-label="Steps of the lesson"] li').count();
		const page = await visit(`${LESSON}text/`, { javaScriptEnabled: false });
		expect(await page.locator('main section > h2').count()).toBe(steps + 1);
		expect(await page.locator('.picture').count()).toBe(steps);
		expect(await page.textContent('main')).not.toMatch(/To do|[Pp]ress|→/);
	});

	test('prints without the bar', async () => {
		const page = await visit(`${LESSON}text/`);
		await page.emulateMedia({ media: 'print' });
		expect(await page.locator('header').first().isVisible()).toBe(false);
	});
});
