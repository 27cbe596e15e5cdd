import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { pullTable } from '$lib/views/pulls';
import { fixed } from '$lib/views/words';
import { load } from '../../src/routes/lessons/co-distillation/+page.server';
import { passCounts } from '../../src/routes/lessons/co-distillation/passes';
import { COUNTED_STEPS } from '../../src/routes/lessons/co-distillation/trials';
import { overflow, ready, visit, walk } from './browser';

const LESSON = 'lessons/co-distillation/';
const data = load();

const heading = (page: Page) => page.textContent('#step-title');
const status = (page: Page) => page.locator('.words .prediction [role="status"]');
const told = (page: Page) => page.locator('.words .run [role="status"]');
const origin = (page: Page) => page.locator('.figure figcaption');
const pane = (page: Page, title: string) => page.locator(`.figure section[aria-label^="${title}"]`);
const curves = async (page: Page) =>
	(await pane(page, 'The run').locator('svg[role="img"]').getAttribute('aria-label')) ?? '';

/** Opens a step and waits until the engine computes. */
const open = (query: string) => ready(`${LESSON}?${query}`);

/** Goes to a control by the tabulator, from the one before it. */
async function press(page: Page, selector: string, ...keys: string[]): Promise<void> {
	await page.locator(selector).first().focus();
	for (const key of keys) await page.keyboard.press(key);
}

describe('the lesson on co-distillation', () => {
	test('stands complete without any script', async () => {
		const page = await visit(LESSON, { javaScriptEnabled: false });
		expect(await heading(page)).toContain('Two that learn at once');
		expect(await page.locator('.figure li button[aria-label*="law"]').count()).toBe(data.texts.length); // prettier-ignore
		expect(await curves(page)).toContain('step 270: teacher');
		expect(await origin(page).textContent()).toContain(`Recorded run, seed ${data.seed}`);
	});

	test('is walked by the keyboard from the first step to the last', async () => {
		const page = await open('');
		const stops = await walk(page);
		const expected = data.words.steps.flatMap(({ title, captions = [''] }) =>
			captions.map((caption) => ({ title, isTold: caption !== '' }))
		);
		expect(stops.map(({ title }) => title)).toEqual(expected.map(({ title }) => title));
		expect(stops.map(({ caption }) => caption !== '')).toEqual(expected.map(({ isTold }) => isTold)); // prettier-ignore
		await page.keyboard.press('Home');
		expect(await heading(page)).toContain('Two that learn at once');
	});

	test('shows the numbers of the recorded run at the moment that a link says', async () => {
		const page = await visit(`${LESSON}?step=3&look=50&who=3&token=9`);
		await page.waitForSelector('.figure li button[aria-pressed="true"]');
		const frame = data.frames.find(({ step }) => step === 450)!;
		const [hard, half, soft] = frame.students.map(({ divergence }) => fixed(divergence, 3));
		expect(await curves(page)).toContain(
			`step 450: teacher ${fixed(frame.teacher.divergence, 3)}, next tokens only ${hard}, half and half ${half}, teacher only ${soft}`
		);
		await page.click('.figure [aria-label="After “ba di”, step 450 as a table"]');
		const rows = page.locator('.figure tbody tr');
		const next = await page.locator('.figure caption').first().textContent();
		const scene = {
			...{ texts: data.texts, truth: data.law, progress: 0.5, temperature: 1 },
			next: data.texts.findIndex((text) => next?.includes(`“${text.trim()}”`)),
			rule: { kind: 'constant', weight: 1 } as const,
			teacherLogits: frame.teacher.logits,
			studentLogits: frame.students[2]!.logits
		};
		for (const [token, [, ...cells]] of pullTable(scene).rows.entries()) {
			expect(await rows.nth(token).locator('td').allTextContents()).toEqual(cells);
		}
		await page.keyboard.press('Escape');
		await page.waitForFunction(() => !location.search.includes('look'));
		expect(await curves(page)).toContain('step 900');
	});

	test('scrubs by the slider and by the pointer, and by keys goes from token to token', async () => {
		const page = await open('step=3');
		await press(page, '.figure input[type="range"]', 'Home');
		expect(await curves(page)).toContain('step 0: teacher 0.9');
		const box = (await pane(page, 'The run').locator('svg[role="img"]').boundingBox())!;
		await page.mouse.move(box.x + box.width / 2, box.y + 60);
		expect(await curves(page)).not.toContain('step 0:');
		await page.mouse.move(5, 5);
		expect(await curves(page)).toContain('step 0:');
		await press(page, '.figure li button', 'ArrowDown', 'ArrowDown', 'Enter');
		const pinned = page.locator('.figure li button[aria-pressed="true"]').first();
		expect(await pinned.getAttribute('aria-label')).toMatch(/^bi/);
		await page.waitForFunction(() => location.search.includes('token=2'));
	});

	test('asks where the mean of the hard pulls points, and lets it be drawn', async () => {
		const page = await open('step=2');
		await press(page, '.words .prediction button', 'Enter');
		await status(page).filter({ hasText: 'Choose one of the answers' }).waitFor();
		await page.locator('.words input[type="radio"]').first().check();
		await press(page, '.words .prediction button', 'Enter');
		await press(page, 'button:has-text("Draw another")', 'Enter');
		await press(page, 'button:has-text("Draw 100 more")', 'Enter', 'Enter');
		await status(page).filter({ hasText: 'It came out otherwise.' }).waitFor();
		await page.waitForFunction(() => location.search.includes('draws=202'));
		expect(await page.locator('.figure .pulls').first().textContent()).toContain('mean of 202');
	});

	test('counts the passes of a teacher that has finished, after a prediction', async () => {
		const page = await open('step=4');
		const run = page.locator('.words .run button.primary');
		expect(await run.isDisabled()).toBe(true);
		await press(page, '.words .prediction button', 'Enter');
		await status(page).filter({ hasText: 'Type a number' }).waitFor();
		await page.fill('.words .prediction input', `${COUNTED_STEPS}`);
		await press(page, '.words .prediction button', 'Enter');
		await press(page, '.words [data-control="ahead"] input', 'End');
		await run.focus();
		await page.keyboard.press('Enter');
		const { trained, reused, extra } = passCounts(COUNTED_STEPS, COUNTED_STEPS, 0);
		await told(page)
			.filter({ hasText: `${trained} passes trained the teacher, ${reused} of them` })
			.waitFor({ timeout: 100_000 });
		expect(await told(page).textContent()).toContain(`${extra} were made for the student alone`);
		await status(page).filter({ hasText: 'You saw it coming.' }).waitFor();
		expect(await pane(page, 'Forward passes').locator('svg').getAttribute('aria-label')).toContain(
			`${reused} passes are read by both, ${extra} are made`
		);
	}, 120_000);

	test('draws the predicted course over the run, and keeps what a stopped run has found', async () => {
		const page = await open('step=5');
		expect(await curves(page)).not.toContain('teacher only');
		await press(page, '.words .prediction button', 'Enter');
		await status(page).filter({ hasText: 'Draw the curve first' }).waitFor();
		await press(page, '.words [role="slider"]', 'ArrowUp', 'ArrowRight', 'ArrowRight', 'ArrowUp');
		await press(page, '.words .prediction button', 'Enter');
		await status(page).filter({ hasText: '5 of 7 points were open' }).waitFor();
		expect(await page.locator('.figure').textContent()).toContain('your prediction');
		await press(page, '.words .run button.primary', 'Enter');
		await told(page)
			.filter({ hasText: /step [1-9]\d* of 900/ })
			.waitFor({ timeout: 60_000 });
		await press(page, '.words .run button:has-text("Stop")', 'Enter');
		await told(page).filter({ hasText: 'Stopped half-way' }).waitFor();
		expect(await curves(page)).toMatch(/teacher only 0\.\d/);
		expect(await origin(page).textContent()).toContain('Live run in this page');
		await page.locator('h1').click();
		await page.keyboard.press('ArrowRight');
		await page.waitForSelector('.words .caption:has-text("The claim holds")');
	}, 120_000);

	test('runs a weight that the learner draws, says what came out, and a link brings it back', async () => {
		const page = await open('step=6&steps=60&curve=---------');
		expect(await page.locator('.words').textContent()).toContain('Nothing is drawn');
		await press(page, '.figure [role="slider"]', 'ArrowUp', 'ArrowUp', 'ArrowRight', 'ArrowDown');
		expect(await page.locator('.words').textContent()).toContain('7 places are open');
		await page.fill('.words .prediction input', '0.5');
		await press(page, '.words .prediction button', 'Enter');
		await press(page, '.words .run button.primary', 'Enter');
		await told(page)
			.filter({ hasText: 'At the end: next tokens only' })
			.waitFor({ timeout: 100_000 });
		const said = (await told(page).textContent()) ?? '';
		const yours = /yours (0\.\d+|1\.\d+) nats/.exec(said)?.[1];
		expect(await curves(page)).toContain(`yours ${yours}`);
		await status(page)
			.filter({ hasText: `measured: ${Number(yours).toFixed(2)} nats` })
			.waitFor();
		expect(await page.locator('.words table tbody tr td').nth(0).textContent()).toBe('11');
		await page.waitForFunction(() => location.search.includes('curve=6'));
		const other = await visit(`${LESSON}${new URL(page.url()).search}`);
		await other.waitForSelector('.words p:has-text("7 places are open")');
		expect(await other.locator('.figure [role="slider"]').getAttribute('aria-valuetext')).toContain('0.6'); // prettier-ignore
	}, 120_000);

	test('shows one seed of the open question, and the others after a guess', async () => {
		const page = await open('step=7');
		const seeds = page.locator('.figure .multiples section');
		expect(await seeds.count()).toBe(1);
		await page.locator('.words input[type="radio"]').last().check();
		await press(page, '.words .prediction button', 'Enter');
		await status(page).filter({ hasText: 'You saw it coming.' }).waitFor();
		expect(await seeds.count()).toBe(data.numbers.seeds);
		await press(page, '.words .run button.primary', 'Enter');
		await told(page).filter({ hasText: 'step ' }).waitFor();
		await press(page, '.words .run button:has-text("Stop")', 'Enter');
		await told(page).filter({ hasText: 'Stopped half-way' }).waitFor();
		expect(await seeds.count()).toBe(data.numbers.seeds);
	});

	test('goes to the nearest valid values where a link is silly, and says so', async () => {
		const page = await visit(`${LESSON}?step=6&w=7&curve=zzz&tau=-1&look=500&hide=dragons&steps=1`);
		await page.waitForSelector('.notice');
		const said = await page.locator('.notice').textContent();
		for (const name of ['soft weight', 'The curve', 'temperature', 'moment', 'dragons', 'steps']) {
			expect(said).toContain(name);
		}
		expect(await curves(page)).toContain('step 600');
	});

	test('hides and fixes controls where a link asks for it', async () => {
		const page = await visit(`${LESSON}?step=6&hide=steps,show&lock=curve`);
		await page.waitForSelector('.words fieldset[disabled][data-control="curve"]');
		expect(await page.locator('[data-control="steps"], [data-control="show"]').count()).toBe(0);
		const drawn = page.locator('.figure [role="slider"]').first();
		expect(await drawn.getAttribute('aria-disabled')).toBe('true');
	});

	test('stands before a class: a vote in place of a prediction, and a clicker', async () => {
		const page = await visit(`${LESSON}?step=7&present=1`);
		await page.waitForSelector('html[data-present]', { state: 'attached' });
		expect(await page.locator('.words').textContent()).toContain('votes');
		await page.keyboard.press('PageUp');
		await page.waitForFunction(() => location.search.includes('step=6'));
		expect(await overflow(page)).toBe(0);
	});

	test('opens the living model on the same language', async () => {
		const page = await open('step=7');
		await page.click('a:has-text("The living model on the same language")');
		await page.waitForURL(/\?task=law/);
	});
});
