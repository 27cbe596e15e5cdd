import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import proofRuns from '../../src/lib/experiments/recorded/chunkWalls.json';
import { percent } from '../../src/lib/views/words';
import { load } from '../../src/routes/lessons/chunked-attention/+page.server';
import recorded from '../../src/routes/lessons/chunked-attention/recorded.json';
import { overflow, ready, visit, walk } from './browser';

const LESSON = 'lessons/chunked-attention/';
const STEPS = 8;

const heading = (page: Page) => page.textContent('#step-title');
const grid = (page: Page) => page.locator('.figure [role="grid"]').first();
const labelOf = async (page: Page) => (await grid(page).getAttribute('aria-label')) ?? '';
const hint = (page: Page) => page.locator('.figure .hint').first();

/** Opens a step and waits until the toy computes. */
const open = (query: string) => ready(`${LESSON}?${query}`);

describe('the lesson on chunked attention', () => {
	test('stands complete without any script', async () => {
		const page = await visit(LESSON, { javaScriptEnabled: false });
		expect(await heading(page)).toContain('A wall between two halves');
		expect(await page.locator('.figure li .text').allTextContents()).toEqual([
			'What',
			'is',
			'ch',
			'unked',
			'attention',
			'?'
		]);
		expect(await grid(page).count()).toBe(1);
	});

	test('is walked by the keyboard from the first step to the last', async () => {
		const page = await open('');
		const stops = await walk(page);
		expect(new Set(stops.map(({ title }) => title)).size).toBe(STEPS);
		expect(stops.filter(({ caption }) => caption.includes('8 positions')).length).toBe(5);
		await page.keyboard.press('ArrowLeft');
		expect(await heading(page)).toContain('A needle behind the wall');
		await page.keyboard.press('Home');
		expect(await heading(page)).toContain('A wall between');
	});

	test('takes a prediction, holds it against the figure, and keeps it', async () => {
		const page = await open('step=3');
		await page.click('.words button:has-text("Commit")');
		expect(await page.textContent('.words [role="status"]')).toContain('Type a number');
		await page.fill('.words .prediction input', '64');
		await page.click('.words button:has-text("Commit")');
		expect(await page.textContent('.words [role="status"]')).toContain('Now run it');
		await page.locator('h1').click();
		for (let move = 0; move < 5; move++) await page.keyboard.press('ArrowRight');
		await page.waitForSelector('.words [role="status"]:has-text("measured: 8")');
		await page.reload();
		await page.waitForSelector('.words [role="status"]:has-text("It came out otherwise")');
	});

	test('asks no more once the light has set out, and tells what it asked at the end', async () => {
		const page = await open('step=3&moment=3');
		expect(await page.locator('.words .prediction').count()).toBe(0);
		await page.locator('h1').click();
		for (let move = 0; move < 3; move++) await page.keyboard.press('ArrowRight');
		await page.waitForSelector('.words .caption:has-text("40 chunked layers: 8 positions")');
	});

	test('shows one row of the mask, then all, as the rule has them', async () => {
		const page = await open('moment=2');
		await page.click('[aria-label="Chunked as a table"]');
		const rows = page.locator('.figure tbody tr');
		expect(await rows.nth(3).locator('td').allTextContents()).toEqual(
			['hidden', 'hidden', 'hidden', 'sees', 'future', 'future'] // prettier-ignore
		);
		expect(await rows.nth(4).locator('td').first().textContent()).toBe('covered');
		await page.locator('h1').click();
		await page.keyboard.press('ArrowRight');
		expect(await rows.nth(5).locator('td').allTextContents()).toEqual(
			['hidden', 'hidden', 'hidden', 'sees', 'sees', 'sees'] // prettier-ignore
		);
	});

	test('moves the wall by keys, and a link brings it back', async () => {
		const page = await open('step=2');
		await page.locator('.figure [role="slider"]').focus();
		await page.keyboard.press('ArrowRight');
		expect(await hint(page).textContent()).toBe('13 pairs');
		const costs = page.locator('.figure [aria-label="Pairs of query and key"] .text');
		expect(await costs.allTextContents()).toEqual(['13 pairs', '18 pairs', '21 pairs']);
		await page.waitForFunction(() => location.search.includes('chunk=4'));
		const other = await visit(`${LESSON}${new URL(page.url()).search}`);
		await other.waitForFunction(
			() => document.querySelector('.figure .hint')?.textContent === '13 pairs'
		);
		await page.keyboard.press('End');
		expect(await hint(page).textContent()).toBe('21 pairs');
	});

	test('sends the light down, and finds the token that stays alone', async () => {
		const page = await open('step=3&moment=5');
		expect(await hint(page).textContent()).toBe('8 of 64 inputs reach position 63');
		await grid(page).focus();
		for (let i = 0; i < 8; i++) await page.keyboard.press('ArrowRight');
		await page.keyboard.press('Enter');
		expect(await hint(page).textContent()).toBe('1 of 64 inputs reach position 8');
	});

	test('measures the toy live under other layers, chosen and moved by keys', async () => {
		const page = await open('step=4');
		await page.waitForSelector('figcaption:has-text("Loss measured live")');
		const strip = page.locator('.figure svg[role="img"]').last();
		const label = await strip.getAttribute('aria-label');
		expect(label).toContain(`largest at position 1 with ${recorded.stacks.cccg[0]?.toFixed(2)}`);
		await page.locator('.figure button.kind').first().click();
		await page.waitForSelector('.figure .hint:has-text("8 of 32 inputs")');
		await page.waitForSelector('figcaption:has-text("Loss measured live")');
		expect(await strip.getAttribute('aria-label')).toContain(
			`largest at position 9 with ${recorded.stacks.cccc[8]?.toFixed(2)}`
		);
		await page.locator('.figure button.kind').first().click();
		await page.locator('.figure button.grip').first().focus();
		await page.keyboard.press('Space');
		await page.keyboard.press('ArrowDown');
		await page.keyboard.press('Space');
		await page.waitForFunction(() => location.search.includes('stack=ccgc'));
		expect(await hint(page).textContent()).toBe('32 of 32 inputs reach position 31');
	});

	test('shuts the open layer with the next moment, where the walls are told', async () => {
		const page = await open('step=4&moment=2');
		await page.waitForSelector('.words .caption:has-text("the teeth of a saw")');
		await page.waitForSelector('.figure .hint:has-text("8 of 32 inputs")');
		await page.locator('.figure button.kind').first().click();
		await page.waitForFunction(() => location.search.includes('stack=cccg'));
		await page.waitForSelector('.figure .hint:has-text("32 of 32 inputs")');
	});

	test('tells the cache of each layer while it writes', async () => {
		const page = await open('step=5&moment=4');
		expect(await labelOf(page)).toContain('Layer 4 sees 4 of 4. Layer 3 sees 1 of 3.');
	});

	test('continues the bills to ten million tokens', async () => {
		const page = await open('step=6&context=10485760&chunk=1');
		const scale = page.locator('.figure small:has-text("A place of the row")');
		expect(await scale.textContent()).toContain('a chunk 1,024.');
		await page.locator('.figure [data-control="chunk"] [role="slider"]').focus();
		for (let by = 1; by < 8; by++) await page.keyboard.press('ArrowRight');
		expect(await scale.textContent()).toContain('a chunk 8,192.');
		const cache = page.locator('.figure dl[aria-label="Cache"]');
		expect(await cache.textContent()).toMatch(/481\.1 GiB.*1,920 GiB/);
		await page.click('.figure button:has-text("Toy")');
		expect(await cache.textContent()).not.toContain('1,920');
	});

	test('tells the bills of the token under the hand, then of the pinned one, until Escape', async () => {
		const page = await open('step=6&model=toy');
		const paired = (token: number) => `.figure p:has-text("Keys that token ${token} is paired")`;
		const tokens = page.locator('.figure li button[title*="position"]');
		await page.waitForSelector(paired(31));
		await tokens.nth(40).hover();
		await page.waitForSelector(paired(40));
		await tokens.nth(8).click();
		await page.locator('h1').hover();
		await page.waitForSelector(paired(8));
		const counts = page.locator('.figure section[aria-label="Pairs"] dl').first();
		expect(await counts.locator('.text').allTextContents()).toEqual(['1', '9']);
		await grid(page).focus();
		await page.keyboard.press('ArrowRight');
		await page.keyboard.press('Enter');
		await page.waitForSelector(paired(1));
		await page.keyboard.press('Escape');
		await page.waitForSelector(paired(31));
	});

	test('trains both models of the needle after a prediction, and says what came of it', async () => {
		const page = await open('step=7');
		const proof = page.locator('[aria-label="Proof"]');
		const run = proof.locator('.primary');
		expect(await run.isDisabled()).toBe(true);
		await page.fill('.prediction input', '90');
		await page.click('.prediction button:has-text("Commit")');
		await run.click();
		await page.waitForFunction(() => (document.querySelector('progress')?.value ?? 0) > 0.02);
		await proof.locator('button:has-text("Stop")').click();
		const told = proof.locator('.verdict');
		await told.filter({ hasText: 'nothing is measured' }).waitFor();
		await run.click();
		await told.filter({ hasText: 'bears the claim out' }).waitFor({ timeout: 90_000 });
		expect(await told.textContent()).toMatch(/then one NoPE: 100\.0 %/);
		expect(await page.textContent('.prediction [role="status"]')).toContain('came out otherwise');
		expect(await run.textContent()).toContain('Run one more seed');
		await proof.locator('summary').click();
		expect(await proof.locator('details circle').count()).toBe(2 * proofRuns.seeds.length + 2);
	}, 120_000);

	test('draws each stack of the needle, and offers to train all five', async () => {
		const page = await open('step=7');
		await page.click('.figure button:has-text("chunked by 32")');
		expect(await hint(page).textContent()).toBe('31 of 32 inputs reach position 30');
		await page.locator('.words [data-control="all"] input').check();
		await page.waitForFunction(() => /[?&]all=1/.test(location.search));
		await page.click('[aria-label="Proof"] button:has-text("without a prediction")');
		await page.locator('[aria-label="Proof"] summary').click();
		const dots = page.locator('[aria-label="Proof"] details circle');
		expect(await dots.count()).toBe(5 * proofRuns.seeds.length);
	});

	test('keeps the stack that the learner builds in its link', async () => {
		const page = await open('step=8');
		const own = page.locator('section[aria-label="Your reach"]');
		await own.locator('button:has-text("add a layer")').click();
		await own.locator('button.kind').first().click();
		await page.waitForFunction(() => location.search.includes('own=ccccg'));
		expect(await own.locator('.hint').textContent()).toContain('64 of 64 inputs');
		const other = await visit(`${LESSON}?step=1&own=ccccg&walls=4&tokens=20&from=9`);
		const told = other.locator('section[aria-label="Your reach"] .hint');
		await told.filter({ hasText: '10 of 10 inputs reach position 9' }).waitFor();
		await other.click('text=Open the living model with these layers');
		await other.waitForURL(/chunk=4/);
	});

	test('is shown to a class: the clicker walks it, and nothing runs out of the picture', async () => {
		const page = await visit(`${LESSON}?present=1`);
		await page.waitForSelector('main.presenter');
		const seen = new Set<string | null>();
		for (let press = 0; press < 30; press++) {
			seen.add(await heading(page));
			expect(await overflow(page)).toBe(0);
			await page.keyboard.press('PageDown');
		}
		expect(seen.size).toBe(STEPS);
	});

	test('runs the toy with a drawn mask: without the open layer it forgets the name', async () => {
		const page = await open('step=8');
		await grid(page).focus();
		for (let i = 0; i < 15; i++) await page.keyboard.press('ArrowDown');
		for (let i = 0; i < 8; i++) {
			await page.keyboard.press('Enter');
			await page.keyboard.press('ArrowRight');
		}
		expect(await hint(page).textContent()).toBe('8 pairs hidden');
		await page.keyboard.press('ArrowLeft');
		const weight = load().pass.weights[3]?.[15 * 16 + 7] ?? NaN;
		expect(await page.textContent('.figure .pair')).toContain(
			`“,” (15) gives “are” (7) ${percent(weight)} of its attention`
		);
		await page.click('.figure button:has-text("Submit")');
		const verdict = page.locator('.figure [role="status"]');
		await verdict.filter({ hasText: 'With 8 pairs hidden' }).waitFor();
		expect(await verdict.textContent()).toContain('no longer says “Ada”');
		await page.click('.figure button:has-text("clear")');
		await page.click('.figure button:has-text("Submit")');
		await verdict.filter({ hasText: 'still says “Ada”' }).waitFor();
	});

	test('takes silly links with a sentence and a sensible picture', async () => {
		const page = await open('step=2&chunk=-5&stack=zebra&query=nowhere&mask=short&context=12');
		const notes = await page.locator('main').textContent();
		for (const said of ['The chunk', 'The stack', 'The output', 'The mask', 'The context']) {
			expect(notes).toContain(`${said}`);
		}
		expect(await hint(page).textContent()).toBe('6 pairs');
	});
});
