import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import long from '../../src/lib/experiments/recorded/longContext.json';
import { wordsOf } from '../../src/routes/lessons/nope-temperature/words';
import { obstaclesInLesson, ready, SCHEMES, visit, walk } from './browser';

const LESSON = 'lessons/nope-temperature/';

const heading = (page: Page) => page.textContent('#step-title');
const pane = (page: Page, title: string) => page.locator(`.figure section[aria-label="${title}"]`);
const pictured = async (page: Page, title: string) =>
	(await pane(page, title).locator('svg[role="img"]').getAttribute('aria-label')) ?? '';

/** Opens a step and waits until the toy computes. */
const open = (query: string) => ready(`${LESSON}?${query}`);

describe('the lesson on the query scale', () => {
	test('stands complete without any script', async () => {
		const page = await visit(LESSON, { javaScriptEnabled: false });
		expect(await heading(page)).toContain('The same needle, more hay');
		expect(await pictured(page, 'Attention of the query')).toContain('The needle has 77 %');
	});

	test('is walked by the keyboard from the first step to the last', async () => {
		const page = await open('');
		const titles = (await walk(page)).map(({ title }) => title);
		expect([...new Set(titles)]).toEqual(wordsOf(long).steps.map(({ title }) => title));
		await page.keyboard.press('Home');
		expect(await heading(page)).toContain('The same needle');
	});

	test('takes a prediction and holds it against the figure', async () => {
		const page = await open('');
		await page.click('.words button:has-text("Commit")');
		expect(await page.textContent('.words [role="status"]')).toContain('Type a number');
		await page.fill('.words .prediction input', '50');
		await page.click('.words button:has-text("Commit")');
		await page.locator('.words input[type="range"]').focus();
		await page.keyboard.press('End');
		await page.waitForSelector('.words [role="status"]:has-text("9.6")');
		expect(await pictured(page, 'Attention of the query')).toContain('The needle has 9.6 %');
	});

	test('leaves the first positions alone, and steps after them', async () => {
		const page = await open('step=3&n=30');
		expect(await pictured(page, 'Scale of the query')).toContain('1.000 at position 30,');
		await page.locator('.words input[type="range"]').first().focus();
		await page.keyboard.press('ArrowRight');
		expect(await pictured(page, 'Scale of the query')).toContain('1.069 at position 31,');
	});

	test('lifts the needle, and jumps to ten million by a link that brings it back', async () => {
		const page = await open('step=4&n=512');
		expect(await pictured(page, 'Two curves')).toContain('the needle has 9.6 %');
		await page.locator('.words input[type="checkbox"]').check();
		expect(await pictured(page, 'Two curves')).toContain('the needle has 25 %');
		await page.click('.words button:has-text("Jump")');
		await page.waitForFunction(() => location.search.includes('n=10485760'));
		const other = await visit(`${LESSON}${new URL(page.url()).search}`);
		await other.waitForSelector('.figure svg[aria-label*="the needle has 73 %"]');
	});

	test('computes both rules on the toy: adding changes nothing, multiplying does', async () => {
		const page = await open('step=5');
		const verdict = page.locator('.figure .verdict');
		await page.click('.words label:has-text("stays")');
		await page.click('.words button:has-text("Commit")');
		await page.click('.figure button:has-text("add (not Llama 4)")');
		await page.waitForSelector('.figure .verdict:has-text("below 0.0001")');
		await page.waitForSelector('.words [role="status"]:has-text("every difference stayed")');
		await page.click('.figure button:has-text("multiply")');
		await page.waitForSelector('.figure .verdict:has-text("times 3.197")');
		const change = Number(/weight (\d\.\d+)/.exec((await verdict.textContent()) ?? '')?.[1]);
		expect(change).toBeGreaterThan(0.3);
		await page.waitForSelector('figcaption:has-text("Live: scout-toy, layer 4 (NoPE)")');
	});

	test('scales NoPE layers only, and their hay alone grows', async () => {
		const page = await open('step=6&n=10000');
		const rows = page.locator('.figure ol li');
		expect(await rows.nth(2).textContent()).toContain('1,809 keys');
		expect(await rows.nth(3).textContent()).toMatch(/10,001 keys.*s = 1\.069/s);
	});

	test('keeps the recorded runs back until a prediction or the next moment', async () => {
		const page = await open('step=7');
		expect(await pane(page, 'Right answers').count()).toBe(0);
		await page.locator('h1').click();
		await page.keyboard.press('ArrowRight');
		const told = await pictured(page, 'Weight of the needle');
		const numbers = long.seeds[0]?.arms[0]?.probed.at(-1)?.numbers;
		expect(told).toContain(`${numbers?.['weight.512.off'].toFixed(2)} at 512`);
	});

	test('sharpens a wrong key as gladly as a right one', async () => {
		const page = await open('step=8&times=4');
		const bars = page.locator('.figure ul[aria-label="Attention weights of the keys"] li');
		expect(await bars.nth(1).textContent()).toContain('88 %');
	});

	test('reads a picture as a table, and opens the living model in that state', async () => {
		const page = await open('step=4&on=1&n=512');
		await page.click('.figure [aria-label="Two curves as a table"]');
		const row = pane(page, 'Two curves').locator('tr', { hasText: /^512/ });
		expect(await row.locator('td').first().textContent()).toBe('1.2833');
		await page.click('text=Open the living model with this scale');
		await page.waitForURL(/layer=4&step=3&attn-scale=0.1&floor-scale=32/);
	});

	test('goes to the nearest valid values where a link is silly, and says so', async () => {
		const page = await visit(`${LESSON}?step=2&n=0&gap=banana&floor=-3&hide=dragons`);
		await page.waitForSelector('.notice');
		const said = await page.locator('.notice').textContent();
		for (const name of ['The number of straws', 'The gap', 'floor_scale', 'dragons']) {
			expect(said).toContain(name);
		}
		expect(await pictured(page, 'Two curves')).toContain('With 1 straw the');
	});

	test('hides and fixes controls where a link asks for it', async () => {
		const page = await visit(`${LESSON}?step=4&hide=gap&lock=attnScale`);
		await page.waitForSelector('.words fieldset[disabled][data-control="attnScale"]');
		expect(await page.locator('.words [data-control="gap"]').count()).toBe(0);
	});

	test.each(SCHEMES)('stands in nobody’s way on a phone, %s', async (colorScheme) => {
		expect(await obstaclesInLesson(LESSON, { colorScheme })).toEqual([]);
	});
});
