import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { measuredOf } from '$lib/experiments/experiment';
import { knockOut } from '$lib/experiments/knockOut';
import balanced from '$lib/experiments/recorded/loadBalance.json';
import knocked from '$lib/experiments/recorded/knockOut.json';
import { fixed } from '$lib/views/words';
import recorded from '../../src/routes/lessons/router/recorded.json';
import { ready, visit, walk } from './browser';

const LESSON = 'lessons/router/';
const STEPS = 8;

const heading = (page: Page) => page.textContent('#step-title');
const status = (page: Page) => page.locator('.prediction [role="status"]');

/** Opens a step and waits until the toy has read the sentence here. */
const open = (query: string) => ready(`${LESSON}?${query}`);

/** The row of a table, by the start of its name. */
const rowOf = (page: Page, name: string) =>
	page.locator('.figure tbody tr', { hasText: name }).first().locator('td').allTextContents();

describe('the lesson on the router', () => {
	test('stands complete without any script', async () => {
		const page = await visit(LESSON, { javaScriptEnabled: false });
		expect(await heading(page)).toContain('One word, twice');
		expect(await page.locator('.figure li .text').count()).toBe(recorded.texts.length);
		expect(await page.textContent('.figure figcaption')).toContain('Recorded: scout-toy');
	});

	test('is walked by the keyboard from the first step to the last', async () => {
		const page = await open('');
		const stops = await walk(page);
		expect(new Set(stops.map(({ title }) => title)).size).toBe(STEPS);
		await page.keyboard.press('Home');
		expect(await heading(page)).toContain('One word, twice');
	});

	test('shows the numbers of the live pass, gradient and all', async () => {
		const page = await open('step=2&moment=6');
		await page.waitForSelector('.figure figcaption:has-text("Live: ")');
		await page.click('.figure [aria-label="Scores as a table"]');
		const cells = await rowOf(page, '6 “How”');
		expect(cells.slice(8, 10)).toEqual(['E', '0.931']);
		expect(Number(cells.at(-1)?.replace('−', '-'))).toBeCloseTo(recorded.gradient[6 * 8 + 4]!, 5);
	});

	test('lights the picture from the formula, and pins a token by keys until Escape', async () => {
		const page = await open('step=2&moment=3');
		const symbol = page.locator('.formula button', { hasText: 'σ' }).first();
		await symbol.focus();
		expect(await page.locator('.figure section[aria-label="Scores"] .dials.lit').count()).toBe(1);
		const grid = page.locator('.figure [role="grid"]').first();
		await grid.focus();
		await page.keyboard.press('ArrowRight');
		await page.keyboard.press('Enter');
		expect(await page.locator('.figure li button[aria-pressed="true"]').textContent()).toContain(
			'7'
		);
		expect(await page.locator('.formula .lit').count()).toBeGreaterThan(0);
		await page.keyboard.press('Escape');
		expect(await page.locator('.figure li button[aria-pressed="true"]').count()).toBe(0);
	});

	test('takes a prediction of the answer at the dial and draws it beside the measured one', async () => {
		const page = await open('step=3');
		expect(await page.locator('.figure .point').count()).toBe(0);
		await page.fill('.prediction input', '57');
		await page.click('.prediction button:has-text("Commit")');
		await page.locator('h1').click();
		await page.keyboard.press('ArrowRight');
		expect(await page.locator('.figure .point').count()).toBe(recorded.texts.length);
		expect(await page.locator('.figure .expected').count()).toBe(1);
		await status(page).filter({ hasText: '29 %' }).waitFor();
	});

	test('turns the dial by hand, on either side of the expert, in formula and picture', async () => {
		const page = await open('step=3&moment=3');
		const formula = page.locator('.figure figure > p').last();
		const bent = 3;
		const half = fixed(recorded.bends[bent]![5]!, 2);
		await formula.filter({ hasText: half }).waitFor();
		await page.locator('.words input[type="range"]').focus();
		await page.keyboard.press('ArrowRight');
		await formula.filter({ hasText: fixed(recorded.bends[bent]![6]!, 2) }).waitFor();
		await page.waitForFunction(() => location.search.includes('turn=0.6'));
		await page.locator('.words select').selectOption('output');
		await formula.filter({ hasText: 'not Llama 4' }).waitFor();
		await page.hover('.figure li button >> nth=6');
		await formula.filter({ hasText: '“How”' }).waitFor();
	});

	test('links a token with its row, its lane and its loss, and an expert with its tokens', async () => {
		const page = await open('step=2&moment=6');
		const loss = page.locator('.figure section[aria-label="Loss"] .bars > div');
		await loss.nth(3).hover();
		expect(await page.locator('.figure li .followed').textContent()).toContain('3');
		const cell = page.locator('.figure section[aria-label="Scores"] [role="gridcell"]');
		expect(await cell.textContent()).toContain('“am” and expert D');
		expect(await page.locator('.figure section[aria-label="Lanes"] g.followed').count()).toBe(1);
		const numbers = page.locator('.figure figure > p').last();
		await numbers.locator('button', { hasText: '∂loss' }).hover();
		expect(await page.locator('.figure .bars.lit').count()).toBe(1);
		await loss.nth(3).hover();
		expect(await numbers.locator('button.lit').textContent()).toContain('∂loss');
		await page.locator('.figure section[aria-label="Lanes"] [title="expert G"]').hover();
		expect(await page.locator('.figure li .aside').count()).toBe(recorded.texts.length - 2);
	});

	test('silences a part live, and a link brings it back', async () => {
		const page = await open('step=4');
		await page.click('[aria-label="silence shared"]');
		await page.waitForFunction(() => location.search.includes('off=shared'));
		const other = await open('step=4&off=E');
		await other.waitForSelector('.figure figcaption:not(:has-text("recorded too"))');
		await other.click('.figure [aria-label="Loss as a table"]');
		const silent = recorded.silenced.find(({ expert }) => expert === 4)!;
		const cells = await rowOf(other, '6 “How”');
		expect(Number(cells[1])).toBeCloseTo(silent.losses[6]!, 1);
		expect(cells[0]).toBe(fixed(recorded.losses[6]!, 3));
	});

	test('asks for a prediction before a router learns beside its frozen twin, and stops when told', async () => {
		const page = await open('step=6');
		const run = page.locator('.proof button:has-text("Run it")');
		expect(await run.isDisabled()).toBe(true);
		await page.locator('.prediction input[type="radio"]').nth(2).check();
		await page.click('.prediction button:has-text("Commit")');
		await run.click();
		await page.waitForFunction(() => (document.querySelector('progress')?.value ?? 0) > 0.01);
		await page.locator('.figure figcaption:has-text("Live: ")').waitFor();
		await page.click('.proof button:has-text("Stop")');
		await page.locator('.proof .verdict', { hasText: 'Stopped half-way' }).waitFor();
		expect(await page.locator('.figure .history').count()).toBe(2);
		expect(await run.isEnabled()).toBe(true);
		// Half of the answer was seen: a prediction made now would be none.
		for (const look of ['at once', 'after a reload']) {
			await page.waitForSelector('.prediction [role="status"]:has-text("so this stands")');
			expect(await page.locator('.prediction button').count(), look).toBe(0);
			await page.reload();
		}
	}, 60_000);

	test('runs the balance loss to its verdict, and judges the prediction by it', async () => {
		const page = await open('step=7');
		await page.locator('.prediction input[type="radio"]').nth(0).check();
		await page.click('.prediction button:has-text("Commit")');
		await page.click('.proof button:has-text("Run it")');
		const told = page.locator('.proof > .verdict');
		await told.filter({ hasText: 'Loss at the facts' }).waitFor({ timeout: 150_000 });
		expect(await told.textContent()).toMatch(/the claim out\.$/);
		await status(page).filter({ hasText: 'Loss at the facts' }).waitFor();
		expect(await page.textContent('.figure figcaption')).toContain('300 of 300 steps');
		await page.click('.proof summary');
		const spread = await page.locator('.proof details svg').getAttribute('aria-label');
		const first = fixed(balanced.seeds[0]!.arms[0]!.probed.at(-1)!.numbers.loss, 2);
		expect(spread).toContain(`no balance loss: ${first}, `);
		expect(spread?.match(/\d\.\d\d(?=, |; |\.$)/g)).toHaveLength(2 * (balanced.seeds.length + 1));
	}, 180_000);

	test('draws what a silent expert takes along only after the learner has said so', async () => {
		const page = await open('step=5');
		const picture = page.locator('.figure section[aria-label="Facts lost"] svg[role="img"]');
		expect(await picture.getAttribute('aria-label')).toContain('after your prediction');
		await page.fill('.prediction input', '80');
		await page.click('.prediction button:has-text("Commit")');
		await page.locator('h1').click();
		await page.keyboard.press('ArrowRight');
		const seeds = knocked.seeds.map((seed) => measuredOf(knockOut, seed).learned);
		const mean = seeds.reduce((sum, { ownLost }) => sum + ownLost, 0) / seeds.length;
		expect(await picture.getAttribute('aria-label')).toContain(
			`the router learns ${fixed(mean, 0)} %`
		);
		expect(await page.locator('.figure .expected').count()).toBe(1);
		await page.click('.figure [aria-label="Facts lost as a table"]');
		const cells = await rowOf(page, 'the router learns, seed 1');
		expect(cells).toEqual([`${fixed(seeds[0]!.ownLost, 1)} %`, fixed(seeds[0]!.ownRise, 2)]);
	});

	test('draws a fresh model of 64 experts, four per token, and says what is not Llama 4', async () => {
		const page = await open('step=2&experts=64&topk=4');
		const figure = page.locator('[aria-label="Your own sorting office"]');
		await figure.locator('figcaption', { hasText: 'an untrained model' }).waitFor();
		expect(await figure.locator('.winner').count()).toBe(4 * recorded.texts.length);
		expect(await page.textContent('.kind')).toContain('more than one expert per token');
		const link = await page.getAttribute('a.button:has-text("living model")', 'href');
		expect(link).toMatch(/experts=64&topk=4/);
		expect(await page.textContent('.figure figcaption')).toContain('scout-toy');
	});

	test('silences any expert of the learner’s own model, and a link brings it back', async () => {
		const page = await open('experts=16');
		const own = page.locator('section[aria-label="Own: Loss"]');
		await page
			.locator('[data-control="silent"] select')
			.selectOption({ label: 'the shared expert' });
		await own.locator('[role="img"][aria-label*="without the shared expert"]').waitFor();
		await page.waitForFunction(() => location.search.includes('silent=shared'));
		const other = await open('experts=16&silent=15');
		await other.waitForSelector(
			'section[aria-label="Own: Loss"] [role="img"][aria-label*="without expert P"]'
		);
	});

	test('holds 64 tokens and 16 experts in the free figure, and follows the pointer there', async () => {
		const page = await open('step=1&tokens=64&experts=16');
		const figure = page.locator('[aria-label="Your own sorting office"]');
		await figure.locator('figcaption', { hasText: 'an untrained model' }).waitFor();
		expect(await figure.locator('.winner').count()).toBe(64);
		const grid = figure.locator('[role="grid"]').first();
		expect(await grid.getAttribute('aria-rowcount')).toBe('16');
		await figure.locator('li button').nth(40).hover();
		expect(await grid.locator('[role="gridcell"]').getAttribute('aria-colindex')).toBe('41');
		expect(await figure.locator('g.followed').count()).toBe(1);
	});

	test('is stepped by a clicker before a class, which votes in place of predicting', async () => {
		const page = await open('step=6&present=1');
		expect(await page.locator('.prediction').count()).toBe(0);
		await page.locator('.words', { hasText: 'The frozen twin, by more than' }).waitFor();
		await page.keyboard.press('PageDown');
		await page.locator('.figure svg[aria-label*="dense, same work per token: 0.47"]').waitFor();
		await page.keyboard.press('PageDown');
		expect(await heading(page)).toContain('Busy counters');
	});

	test('takes silly links with a sentence and a sensible picture', async () => {
		const page = await open('step=99&off=Z&experts=1&topk=9&balance=lots');
		expect(await heading(page)).toContain('Scout and Maverick');
		const notes = await page.locator('main').textContent();
		for (const said of [
			'The step',
			'The silent part',
			'The number of experts',
			'The balance loss'
		]) {
			expect(notes).toContain(said);
		}
		const figure = page.locator('[aria-label="Your own sorting office"]');
		await figure.locator('figcaption', { hasText: 'an untrained model' }).waitFor();
		expect(await figure.locator('.winner').count()).toBe(2 * recorded.texts.length);
	});
});
