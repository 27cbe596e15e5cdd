import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { orderSensitivity } from '../../src/lib/experiments/orderSensitivity';
import { load } from '../../src/routes/lessons/irope/+page.server';
import { barriers, overflow, ready, SCHEMES, visit, walk } from './browser';

const LESSON = 'lessons/irope/';
const { words, rope } = load();
const trace = JSON.parse(readFileSync('static/toys/scout-toy/trace.json', 'utf8')) as {
	recordings: { layer: number | null; point: string; data: number[] }[];
};

const pictured = async (page: Page, title: string) =>
	(await page
		.locator(`.figure section[aria-label="${title}"] [role="img"]`)
		.first()
		.getAttribute('aria-label')) ?? '';
const number = (text: string | null | undefined) => Number(text?.replace('−', '-'));
/** The number at the end of the formula. */
const scoreOf = async (page: Page) =>
	number(await page.locator('.figure p .number').last().textContent());

describe('the lesson on rotary positions', () => {
	test('stands complete without any script', async () => {
		const page = await visit(LESSON, { javaScriptEnabled: false });
		expect(await page.textContent('#step-title')).toContain('A position is a turn');
		expect(await page.locator('.figure svg[role="img"]').count()).toBe(4);
	});

	test('is walked by the keyboard from the first step to the last', async () => {
		const page = await ready(LESSON);
		const stops = await walk(page);
		expect([...new Set(stops.map(({ title }) => title))]).toEqual(
			words.steps.map(({ title }) => title)
		);
		await page.keyboard.press('Home');
		expect(await page.textContent('#step-title')).toContain('A position is a turn');
	});

	test('turns the dials by the rule, and adds up what they say to the score', async () => {
		const page = await ready(`${LESSON}?query=0&key=0`);
		const added = await page.locator('.figure p button .number').allTextContents();
		expect(added).toHaveLength(4);
		// At position 0 nothing is turned: the sum is the product of the recorded query and key.
		const [query, key] = [rope.q.slice(15 * 32, 15 * 32 + 8), rope.k.slice(9 * 16, 9 * 16 + 8)];
		const product = query.reduce((sum, x, i) => sum + x * (key[i] ?? NaN), 0);
		expect(added.reduce((sum, text) => sum + number(text), 0)).toBeCloseTo(product, 1);
		expect(await scoreOf(page)).toBeCloseTo(product / Math.sqrt(8), 2);
	});

	test('lights the number of a dial under the hand, and Escape frees a pinned one', async () => {
		const page = await ready(`${LESSON}?step=2&moment=2`);
		const dial = page.locator('.figure ol button').nth(1);
		await dial.click();
		await page.mouse.move(5, 5);
		expect(await dial.getAttribute('aria-pressed')).toBe('true');
		await page.waitForSelector('.figure path.part');
		await page.locator('h1').click();
		await page.keyboard.press('Escape');
		await page.waitForSelector('.figure path.part', { state: 'detached' });
	});

	test('keeps the score when query and key move on together, however far', async () => {
		const before = await scoreOf(await ready(`${LESSON}?step=2&query=20&key=3`));
		const page = await ready(`${LESSON}?step=2&moment=2&query=20&key=3&shift=40`);
		await page.waitForSelector('.figure h3:has-text("at 60")');
		expect(await scoreOf(page)).toBe(before);
		expect(await pictured(page, 'Score by distance')).toContain(
			`At distance 17 it is ${before.toFixed(3).replace('-', '−')}.`
		);
	});

	test('shows the scores of the recorded pass, in both layers', async () => {
		const page = await ready(`${LESSON}?step=3`);
		await page.waitForSelector('.figure section[aria-label^="NoPE layer"]');
		for (const [name, layer] of [
			['RoPE layer', 0],
			['NoPE layer', 3]
		] as const) {
			// prettier-ignore
			const shown = page.locator(`.figure [aria-label^="${name}"] li b`);
			const known = trace.recordings.find(
				(one) => one.layer === layer && one.point === 'attention.scores'
			);
			// First head, last of sixteen queries, the eight keys of its chunk.
			const scores = known?.data.slice(15 * 16 + 8, 16 * 16) ?? [];
			for (const [i, text] of (await shown.allTextContents()).entries()) {
				// Two digits are shown.
				expect(Math.abs(number(text) - (scores[i] ?? NaN))).toBeLessThan(0.006);
			}
			expect(await shown.count()).toBe(8);
		}
	});

	test('keeps the scores of swapped tokens in the NoPE layer and not in the RoPE layer', async () => {
		const scores = async (moment: number) => {
			const page = await ready(`${LESSON}?step=3&moment=${moment}`);
			await page.waitForSelector('.figure section[aria-label^="NoPE layer"]');
			const of = (name: string) =>
				page.locator(`.figure [aria-label^="${name}"] li b`).allTextContents();
			return { rope: (await of('RoPE layer')).sort(), nope: (await of('NoPE layer')).sort() };
		};
		const [before, after] = [await scores(1), await scores(2)];
		expect(after.nope).toEqual(before.nope);
		expect(after.rope).not.toEqual(before.rope);
	});

	test('takes a prediction and holds it against the picture', async () => {
		const page = await ready(`${LESSON}?step=3`);
		await page.click('.words button:has-text("Commit")');
		await page.waitForSelector('.words :text("Choose one of the answers first")');
		await page.click('.words label:has-text("RoPE layer alone")');
		await page.click('.words button:has-text("Commit")');
		await page.locator('h1').click();
		await page.keyboard.press('ArrowRight');
		await page.waitForSelector('.words :text("Yes: in the RoPE layer")');
	});

	test('tells order from the mask: one NoPE layer by two tokens, two by all later ones', async () => {
		const changed = async (moment: number) => {
			const page = await ready(`${LESSON}?step=4&moment=${moment}&swap=4`);
			return page.locator('.figure p .number').last().textContent();
		};
		expect(await changed(2)).toBe('2 of 16');
		expect(await changed(3)).toBe('12 of 16');
	});

	test('computes the same on the trained toy, and by the place of the swap', async () => {
		const page = await ready(`${LESSON}?step=4&moment=5`);
		await page.waitForSelector('figcaption:has-text("Live: scout-toy")');
		await page.waitForSelector('.figure p .number:text-is("14 of 16")');
		await page.click('.figure button[title$="position 11"]');
		await page.waitForSelector('.figure p .number:text-is("5 of 16")');
		await page.waitForFunction(() => location.search.includes('swap=11'));
	});

	test('bounds the scores behind QK-norm, whatever the size of the queries', async () => {
		const page = await ready(`${LESSON}?step=5&size=20`);
		const behind = page.locator('.figure ul[aria-label="With QK-norm"] li b');
		for (const score of await behind.allTextContents()) {
			expect(Math.abs(number(score))).toBeLessThanOrEqual(Math.sqrt(8));
		}
		await page.locator('.figure ul[aria-label="With QK-norm"] button').nth(2).hover();
		await page.waitForSelector('.figure p .token:has-text("I")');
		expect(await scoreOf(page)).toBe(number(await behind.nth(2).textContent()));
	});

	test('predicts, learns on the live engine, and judges', async () => {
		const page = await ready(`${LESSON}?step=6`);
		const run = page.locator('.proof button:has-text("Run it")');
		expect(await run.isDisabled()).toBe(true);
		expect(await page.locator('.figure section[aria-label="Which came first"]').count()).toBe(0);
		await page.fill('.words .prediction input', '50');
		await page.click('.words button:has-text("Commit")');
		await run.click();
		await page.waitForSelector('.proof progress');
		await page.waitForSelector('.proof .verdict:has-text("bears the claim out")', {
			timeout: 240_000
		});
		const verdict = (await page.textContent('.proof .verdict')) ?? '';
		const [, bottom] = /(\d+\.\d) % with the open layer at the bottom/.exec(verdict) ?? [];
		await page.waitForSelector(`.words [role="status"]:has-text("It was ${bottom} %")`);
		expect(await pictured(page, 'Which came first')).toContain(
			`${orderSensitivity.arms.nopeFirst.label}:`
		);
	}, 300_000);

	test('stops a run half-way and says so', async () => {
		const page = await ready(`${LESSON}?step=6`);
		await page.click('.proof button:has-text("without a prediction")');
		await page.click('.proof button:has-text("Run it")');
		await page.click('.proof button:has-text("Stop")');
		await page.waitForSelector('.proof .verdict:has-text("Stopped half-way")');
	});

	test('passes all four tests by clicks and by moving a layer with the keys', async () => {
		const page = await ready(`${LESSON}?step=7`);
		await page.waitForSelector('.figure [role="status"]:has-text("Not all")');
		await page.click('.figure button.kind:has-text("1")');
		await page.waitForFunction(() => location.search.includes('layers=gccc'));
		await page.waitForSelector('.figure li:has-text("✗ Order behind the wall")');
		await page.locator('.figure button[aria-label="Move layer 1"]').focus();
		await page.keyboard.press('Space');
		await page.keyboard.press('ArrowUp');
		await page.waitForFunction(() => location.search.includes('layers=cgcc'));
		await page.waitForSelector('.figure [role="status"]:has-text("All four passed")');
	});

	test.each([
		['the last step', '.figure', 15],
		['the row in training', 'section[aria-labelledby="now-you"]', 14]
	])(
		'follows the layers of %s from the token under the hand or the pinned one, until Escape',
		async (_name, place, last) => {
			const page = await ready(`${LESSON}?step=7`);
			const reaches = (token: number) =>
				`${place} [role="grid"][aria-label*="the light of position ${token} "]`;
			const tokens = page.locator(`${place} li button[title*="position"]`);
			await page.waitForSelector(reaches(last));
			await tokens.nth(9).hover();
			await page.waitForSelector(reaches(9));
			await tokens.nth(3).click();
			await page.locator('h1').hover();
			await page.waitForSelector(reaches(3));
			await page.keyboard.press('Escape');
			await page.waitForSelector(reaches(last));
		}
	);

	test('drags a layer by its grip', async () => {
		const page = await ready(`${LESSON}?step=7&layers=cccg`);
		await page.waitForSelector('.figure [role="status"]:has-text("All four passed")');
		const box = await page.locator('.figure button[aria-label="Move layer 4"]').boundingBox();
		if (!box) throw new Error('no grip');
		const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
		await page.mouse.move(x, y);
		await page.mouse.down();
		await page.mouse.move(x, y + 3 * 34, { steps: 6 });
		await page.mouse.up();
		await page.waitForFunction(() => location.search.includes('layers=gccc'));
	});

	test('restores what a link says, and opens the living model with those layers', async () => {
		const page = await ready(`${LESSON}?step=7&layers=cccgcccg`);
		await page.waitForSelector('.figure [role="status"]:has-text("All four passed")');
		expect(await page.locator('.figure button.kind').count()).toBe(8);
		const href = await page.getAttribute('a:has-text("Open the living model")', 'href');
		expect(href).toContain('layers=8');
	});

	test('goes to the nearest valid values where a link is silly, and says so', async () => {
		const page = await visit(`${LESSON}?step=99&layers=xyz&swap=400&hide=dragons`);
		const said = (await page.locator('.notice').textContent()) ?? '';
		for (const name of ['The row of layers', 'The place of the swap', 'dragons']) {
			expect(said).toContain(name);
		}
	});

	test('hides and fixes controls where a link asks for it', async () => {
		const page = await ready(`${LESSON}?step=7&lock=layers`);
		expect(await page.locator('.figure button.kind').first().isDisabled()).toBe(true);
		const other = await ready(`${LESSON}?step=5&hide=size`);
		expect(await other.locator('.words [data-control="size"]').count()).toBe(0);
	});

	test('trains the layers of the learner beside those of Llama 4', async () => {
		const page = await ready(`${LESSON}?step=7&layers=g`);
		await page.click('button:has-text("Train these layers")');
		await page.waitForSelector('[role="status"]:has-text("as in Llama 4:")', { timeout: 120_000 });
	}, 150_000);

	test.each(SCHEMES)('meets no barrier before a class, %s', async (colorScheme) => {
		const page = await ready(`${LESSON}?step=4&moment=3&present=1`);
		await page.emulateMedia({ colorScheme });
		expect(await barriers(page)).toEqual([]);
		expect(await overflow(page)).toBe(0);
	});
});
