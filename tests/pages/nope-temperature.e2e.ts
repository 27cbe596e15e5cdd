import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import long from '../../src/lib/experiments/recorded/longContext.json';
import { percent } from '../../src/lib/views/words';
import { finalOf, rowOf } from '../../src/routes/lessons/nope-temperature/long';
import { LONGEST } from '../../src/routes/lessons/nope-temperature/state';
import { wordsOf } from '../../src/routes/lessons/nope-temperature/words';
import { overflow, ready, visit, walk } from './browser';

const LESSON = 'lessons/nope-temperature/';

const numbers = finalOf(long.seeds[0]) ?? {};

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
		expect(await pictured(page, 'Attention of one question')).toContain('Weights of 31 keys');
		expect(await pane(page, 'Two curves, measured').count()).toBe(0);
		await page.locator('h1').click();
		await page.keyboard.press('ArrowRight');
		const row = rowOf(numbers, 512, 'off');
		const share = percent(row?.weights[row.place] ?? NaN);
		expect(await pictured(page, 'Attention of one question')).toContain(
			`Weights of 512 keys. The needle has ${share}`
		);
		await page.keyboard.press('ArrowRight');
		expect(await pictured(page, 'Weight of the needle')).toContain(
			`${numbers['weight.512.off']?.toFixed(2)} at 512`
		);
	});

	test('puts a scale on the real row, for any length, and a link brings it back', async () => {
		const page = await open('step=7&moment=2');
		await page.click('.figure button:has-text("growth 0.5")');
		await page.click('.figure button:text-is("128")');
		const row = rowOf(numbers, 128, 'half');
		const share = percent(row?.weights[row.place] ?? NaN);
		expect(await pictured(page, 'Attention of one question')).toContain(
			`Weights of 128 keys. The needle has ${share}`
		);
		await page.waitForFunction(
			() => /growth=half/.test(location.search) && /length=128/.test(location.search)
		);
		const other = await visit(`${LESSON}${new URL(page.url()).search}`);
		await other.waitForSelector(`.figure svg[aria-label*="128 keys. The needle has ${share}"]`);
		await page.click('[aria-label="Attention of one question as a table"]');
		const cells = pane(page, 'Attention of one question').locator('tbody tr').first();
		expect(await cells.textContent()).toContain(row?.scores[row.place]?.toFixed(3));
	});

	test('makes the layer take sides between two right needles, after a guess', async () => {
		const page = await open('step=7&moment=4');
		const title = 'Share of the larger of two right needles';
		expect(await pictured(page, title)).not.toContain('growth 0.5');
		await page.click('.words label:has-text("a larger part")');
		await page.click('.words button:has-text("Commit")');
		await page.click('.figure button:has-text("growth 0.5")');
		await page.waitForSelector('.words [role="status"]:has-text("a little apart")');
		expect(await pictured(page, title)).toContain(
			`${numbers['share.512.half']?.toFixed(2)} at 512`
		);
	});

	test('trains the layer in the page after a prediction, and says what came of it', async () => {
		const page = await open('step=7');
		const proof = page.locator('[aria-label="Proof"]');
		const run = proof.locator('button:has-text("Run it")');
		expect(await run.isDisabled()).toBe(true);
		await page.fill('.words .prediction input', '0.9');
		await page.click('.words button:has-text("Commit")');
		await run.click();
		const verdict = proof.locator('.verdict');
		await verdict.filter({ hasText: 'bears the claim out' }).waitFor({ timeout: 100_000 });
		const found = Number(
			/(\d\.\d+) in texts of 512/.exec((await verdict.textContent()) ?? '')?.[1]
		);
		expect(found).toBeCloseTo(numbers['weight.512.off'] ?? NaN, 1);
		expect(await page.textContent('.prediction [role="status"]')).toContain('came out otherwise');
		await page.waitForSelector('figcaption:has-text("Live: trained in this page, seed 1")');
		expect(await pictured(page, 'Attention of one question')).toContain('Weights of 512 keys');
		await proof.locator('summary:has-text("spread")').click();
		expect(await proof.locator('details circle').count()).toBe(long.seeds.length + 1);
		const why = /It was 0\.\d\d at 31 tokens/;
		expect(await page.textContent('.prediction [role="status"]')).toMatch(why);
		await page.reload();
		await page.waitForSelector('.prediction [role="status"]:has-text("came out otherwise")');
		expect(await page.textContent('.prediction [role="status"]')).toMatch(why);
	}, 120_000);

	test('previews under the hand, pins by a click, frees by Escape', async () => {
		const page = await open('step=2');
		const hand = pane(page, 'Two curves').locator('rect').last();
		const box = await hand.boundingBox();
		if (!box) throw new Error('the chart takes no hand');
		const end = { position: { x: box.width - 1, y: 20 } };
		await hand.hover(end);
		expect(await pictured(page, 'Two curves')).toMatch(/With 5\d\d straws/);
		await page.locator('h1').hover();
		expect(await pictured(page, 'Two curves')).toContain('With 16 straws');
		await hand.click(end);
		await page.locator('h1').hover();
		expect(await pictured(page, 'Two curves')).toMatch(/With 5\d\d straws/);
		await page.keyboard.press('Escape');
		expect(await pictured(page, 'Two curves')).toContain('With 16 straws');
	});

	test('lights the curve whose number in the formula has the focus', async () => {
		const page = await open('step=2');
		await pane(page, 'Two curves').locator('p button').nth(1).focus();
		expect(await pane(page, 'Two curves').locator('path.pull.lit').count()).toBe(1);
		await page.keyboard.press('Tab');
		expect(await page.locator('.figure .track.hay.lit').count()).toBe(1);
	});

	test('tries the scale in chunked layers, and calls that not Llama 4', async () => {
		const page = await open(`step=6&n=${LONGEST - 1}`);
		const first = page.locator('.figure ol li').first();
		expect(await first.textContent()).toMatch(/8,192 keys.*no scale.*needle 73 %/s);
		await page.locator('.words input[type="checkbox"]').check();
		expect(await first.textContent()).toMatch(/s = 1\.716.*needle 100 %/s);
		expect(await page.locator('.figure summary').first().textContent()).toContain('ours');
	});

	test('is shown to a class: the clicker walks it, and nothing runs out of the picture', async () => {
		const page = await visit(`${LESSON}?present=1`);
		await page.waitForSelector('main.presenter');
		const seen = new Set<string | null>();
		for (let press = 0; press < 20; press++) {
			seen.add(await heading(page));
			expect(await overflow(page)).toBe(0);
			await page.keyboard.press('PageDown');
		}
		expect(seen.size).toBe(wordsOf(long).steps.length);
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
});
