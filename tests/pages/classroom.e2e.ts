import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { LESSON_IDS } from '../../src/routes/lessons/words';
import { barriers, ready, visit } from './browser';

/** The frame is the same for all; this lesson stands for them. */
const LESSON = 'lessons/chunked-attention/';
/** Smaller type and pictures than this are not read from the last row. */
const LEAST_ZOOM = 0.85;

const place = (page: Page) => page.locator('nav[aria-label="Steps of the lesson"] .count');

/** Opens a lesson and waits until its scripts hear keys: the prerendered page is there before. */
async function open(query = '', lesson = LESSON): Promise<Page> {
	const page = await visit(`${lesson}${query}`);
	await page.waitForSelector('html:not([data-engine="idle"])', { state: 'attached' });
	return page;
}

describe('a teacher', () => {
	test.each(LESSON_IDS.flatMap((id) => [[id, 1280, 720] as const, [id, 1920, 1080] as const]))(
		'has words, vote, run and figure of every step of %s on one screen of %d × %d',
		async (id, width, height) => {
			const page = await visit(`lessons/${id}/?present=1`, { viewport: { width, height } });
			await page.waitForSelector('html[data-present]', { state: 'attached' });
			const box = async (part: string) => (await page.locator(part).first().boundingBox())!;
			const [words, figure] = [await box('.words'), await box('.figure')];
			expect(figure.x).toBeGreaterThanOrEqual(words.x + words.width);
			expect(await barriers(page)).toEqual([]);
			for (let press = 0; press < 60; press++) {
				const where = await place(page).textContent();
				const isFitted = await page
					.waitForFunction(
						() => {
							const { scrollHeight, scrollWidth } = document.documentElement;
							return scrollHeight <= innerHeight && scrollWidth <= innerWidth;
						},
						null,
						{ timeout: 5000 }
					)
					.then(
						() => true,
						() => false
					);
				const zoom = await page.evaluate(() =>
					Number(getComputedStyle(document.documentElement).getPropertyValue('--zoom'))
				);
				expect([where, isFitted, zoom >= LEAST_ZOOM]).toEqual([where, true, true]);
				if (await page.locator('nav [title^="Next"][aria-disabled="true"]').count()) return;
				await page.keyboard.press('PageDown');
			}
			throw new Error('the lesson has no end');
		}
	);

	test('runs and stops by a clicker, and the vote makes room', async () => {
		const page = await ready(`${LESSON}?step=7&present=1`);
		await page.keyboard.press('1');
		await page.waitForSelector('[aria-label="Vote of the class"]:has-text("1 vote.")');
		await page.keyboard.press('b');
		await page.waitForSelector('nav button:text-is("Stop")');
		expect(await page.locator('[aria-label="Vote of the class"] li').count()).toBe(0);
		await page.keyboard.press('.');
		await page.waitForSelector('.proof .verdict:has-text("Stopped half-way")');
		expect(await page.locator('nav button:text-is("Run it")').isEnabled()).toBe(true);
		expect(await page.locator('.proof .claim, .proof details').count()).toBe(0);
		await page.keyboard.press('Escape');
		await page.waitForSelector('.words button:text-is("Run it")');
		expect(await page.locator('nav button:text-is("Run it")').count()).toBe(0);
	});

	test('draws the curves that a class says, counts hands, and finds both after a reload', async () => {
		const page = await open('?step=5&present=1', 'lessons/co-distillation/');
		const curve = page.locator('.words [role="slider"]').first();
		await curve.focus();
		await page.keyboard.press('ArrowUp');
		await page.click('.words button:has-text("B")');
		await curve.focus();
		await page.keyboard.press('ArrowDown');
		await page.fill('[aria-label^="Votes for Curve A"]', '17');
		await page.fill('[aria-label^="Votes for Curve B"]', '8');
		const counted = '[aria-label="Vote of the class"]:has-text("25 votes")';
		await page.waitForSelector(counted);
		await page.reload();
		await page.waitForSelector(counted);
		expect(await page.locator('[aria-label="Votes for Curve C, not drawn"]').count()).toBe(1);
		expect(await page.locator('[aria-label^="Votes for Curve B, not"]').count()).toBe(0);
	});

	test('makes an exercise: a link and a QR code that take controls away', async () => {
		const page = await open();
		await page.click('text=Share or make an exercise');
		await page.waitForSelector('svg[aria-label="QR code of the link"]');
		await page.locator('input[aria-label^="Hide "]').first().check();
		const link = page.locator('dialog[open] input[aria-label="Link"]');
		expect(await link.inputValue()).toMatch(/\?hide=\w+$/);
		const { search } = new URL(await link.inputValue());
		const hidden = new URLSearchParams(search).get('hide') ?? '';
		const other = await open(search);
		expect(await other.locator(`[data-control="${hidden}"]`).count()).toBe(0);
		expect(await other.locator('.notice').count()).toBe(0);
	});

	test('is told of controls that the lesson does not have', async () => {
		const page = await open('?hide=wings&lock=tail');
		const notice = await page.locator('.notice:has-text("wings")').textContent();
		expect(notice).toContain('tail');
	});
});
