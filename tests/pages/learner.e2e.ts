import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { CONTROLS as CHUNKED } from '../../src/routes/lessons/chunked-attention/scene.svelte';
import { CONTROLS as DISTILLED } from '../../src/routes/lessons/co-distillation/keys';
import { CONTROLS as TURNED } from '../../src/routes/lessons/irope/keys';
import { CONTROLS as SCALED } from '../../src/routes/lessons/nope-temperature/state';
import { ready, visit } from './browser';

const status = (page: Page) => page.locator('.prediction [role="status"]');
const steps = (page: Page) => page.locator('nav[aria-label="Steps of the lesson"] li button');
const focused = (page: Page) => page.locator(':focus');
/** The button that starts and stops the run of the step. */
const run = (page: Page) => page.locator('.words [data-control="run"] .primary');

/** Opens a lesson and waits until its scripts hear keys. */
async function open(path: string): Promise<Page> {
	const page = await visit(`lessons/${path}`);
	await page.waitForSelector('html:not([data-engine="idle"])', { state: 'attached' });
	return page;
}

describe('a prediction', () => {
	test.each([
		'chunked-attention/?step=3&moment=6',
		'irope/?step=3&moment=2',
		'nope-temperature/?n=512',
		'router/?step=2&moment=2',
		'router/?step=6&moment=2',
		'co-distillation/?step=2&draws=200',
		'co-distillation/?step=4&ahead=1',
		'co-distillation/?step=5&moment=2'
	])('is not taken at %s, where the answer stands', async (path) => {
		const page = await open(path);
		await status(page).filter({ hasText: 'Shown without a prediction' }).waitFor();
		expect(await page.locator('.prediction button').count()).toBe(0);
		expect(await page.locator('.prediction input:not(:disabled)').count()).toBe(0);
		expect(await page.evaluate(() => localStorage.length)).toBe(0);
	});

	test('is not taken either once the learner has looked and gone back', async () => {
		const page = await open('router/');
		await page.keyboard.press('ArrowRight');
		await page.keyboard.press('ArrowRight');
		await status(page).filter({ hasText: 'Shown without a prediction' }).waitFor();
		await page.keyboard.press('Home');
		await page.waitForSelector('nav .count:has-text("Step 1 ")');
		await status(page).filter({ hasText: 'Shown without a prediction' }).waitFor();
	});

	test('hands the focus on to what it came to, where Space does not step on', async () => {
		const page = await open('router/');
		await page.locator('.prediction input').first().focus();
		await page.keyboard.press('Space');
		await page.keyboard.press('Tab');
		await page.keyboard.press('Enter');
		await status(page).filter({ hasText: 'Now run it' }).waitFor();
		expect(await focused(page).getAttribute('role')).toBe('status');
		await page.keyboard.press('Space');
		await page.keyboard.press('Tab');
		await page.keyboard.press('Enter');
		expect(await focused(page).getAttribute('type')).toBe('radio');
		expect(await page.textContent('nav .count')).toContain('Step 1 ');
	});

	test('of a weight is about one run; the next run is predicted anew', async () => {
		const page = await ready('lessons/co-distillation/?step=6&steps=60');
		await page.fill('.prediction input', '0.5');
		await page.click('.prediction button:has-text("Commit")');
		await run(page).click();
		await status(page).filter({ hasText: 'measured: ' }).waitFor();
		const why = 'The student with the fixed half';
		expect(await status(page).textContent()).toContain(why);
		await page.reload();
		await status(page).filter({ hasText: why }).waitFor();
		await page.click('.prediction button:has-text("Predict the next run")');
		await page.fill('.prediction input', '0.6');
		await page.click('.prediction button:has-text("Commit")');
		expect(await status(page).textContent()).toContain('You said 0.60 nats. Now run it.');
	});

	test('of a weight is not taken anew for a run that was seen, to its end or half-way', async () => {
		const page = await ready('lessons/co-distillation/?step=6&steps=60');
		await page.fill('.prediction input', '0.5');
		await page.click('.prediction button:has-text("Commit")');
		await run(page).click();
		await status(page).filter({ hasText: 'measured: ' }).waitFor();
		await page.click('.prediction button:has-text("Predict the next run")');
		await page.fill('.prediction input', '0.6');
		await page.click('.prediction button:has-text("Commit")');
		await run(page).click();
		await page.waitForSelector('.words :text("You saw this run before")');
		expect(await status(page).textContent()).toContain('so this stands');
		await page.click('button:has-text("The same with the next seed")');
		await status(page).filter({ hasText: 'You said 0.60 nats; measured: ' }).waitFor();
	});
});

describe('a run', () => {
	test.each([
		'chunked-attention/?step=7',
		'irope/?step=6',
		'nope-temperature/?step=7',
		'router/?step=6',
		'co-distillation/?step=5'
	])('at %s keeps the focus, and goes on while the learner is elsewhere', async (path) => {
		const page = await ready(`lessons/${path}`);
		const step = Number(new URL(page.url()).searchParams.get('step'));
		await page.locator('button:has-text("without a prediction")').first().focus();
		await page.keyboard.press('Enter');
		expect(await focused(page).textContent()).toMatch(/^Run it/);
		await page.keyboard.press('Enter');
		await page.waitForFunction(() => (document.querySelector('progress')?.value ?? 0) > 0.01);
		expect(await focused(page).textContent()).toBe('Stop');
		await steps(page).first().click();
		await page.waitForSelector('nav .count:has-text("Step 1 ")');
		await steps(page)
			.nth(step - 1)
			.click();
		await run(page).filter({ hasText: 'Stop' }).focus();
		await page.keyboard.press('Space');
		await page.waitForSelector('.words [role="status"]:has-text("Stopped")');
		expect(await focused(page).textContent()).toMatch(/^Run it/);
	});
});

describe('a link that hides all controls', () => {
	const CONTROLS = {
		'chunked-attention': CHUNKED,
		irope: TURNED,
		'nope-temperature': SCALED,
		'co-distillation': DISTILLED
	};

	/** Where a hand in a picture would set what a control sets: lesson, step, key in the link, place. */
	test.each([
		['chunked-attention', 'step=8', 'mask', '.figure [role="grid"]'],
		['chunked-attention', 'step=8', 'own', '[aria-label="A stack of your own"] .kind'],
		['irope', 'step=4&moment=2', 'swap', '.figure button[title$="position 11"]'],
		['irope', 'step=7', 'layers', '[aria-label="A row of layers of your own"] .kind'],
		['irope', 'step=7', 'layers', '[aria-label="Your layers in training"] .kind'],
		['nope-temperature', 'step=2', 'n', '[aria-label="Two curves"] svg'],
		['nope-temperature', 'step=7&moment=2', 'length', '[aria-label="Two curves, measured"] svg'],
		['co-distillation', 'step=6', 'curve', '.figure [role="slider"]']
	] as const)('%s at %s leaves %s alone in its picture', async (id, query, key, place) => {
		const page = await open(`${id}/?${query}&hide=${Object.keys(CONTROLS[id]).join(',')}`);
		const target = page.locator(place).first();
		await target.scrollIntoViewIfNeeded();
		const { width, height } = (await target.boundingBox())!;
		await target.click({ force: true, position: { x: width * 0.3, y: height * 0.8 } });
		await page.keyboard.press('End');
		await page.keyboard.press('ArrowUp');
		await page.waitForTimeout(400);
		expect(new URL(page.url()).searchParams.has(key)).toBe(false);
		expect(await page.locator('[data-control]').count()).toBe(0);
	});
});
