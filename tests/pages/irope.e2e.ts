import { describe, expect, test } from 'vitest';
import { obstaclesInLesson, SCHEMES, visit, walk } from './browser';

const LESSON = 'lessons/irope/';

describe('the lesson on rotary positions', () => {
	test('stands complete without any script', async () => {
		const page = await visit(LESSON, { javaScriptEnabled: false });
		expect(await page.textContent('#step-title')).toContain('A position is a turn');
		expect(await page.locator('.figure svg[role="img"]').count()).toBe(4);
	});

	test('is walked by the keyboard from the first step to the last', async () => {
		const page = await visit(LESSON);
		const titles = (await walk(page)).map(({ title }) => title);
		expect(new Set(titles).size).toBe(5);
	});

	test('keeps the score when query and key move on together', async () => {
		const page = await visit(`${LESSON}?step=2&moment=2&query=20&key=3`);
		await page.waitForSelector('.figure h3:has-text("at 25")');
		const [after, before] = await page.locator('.figure p b').allTextContents();
		expect(after).toBe(before);
		expect(Number(after?.replace('−', '-'))).not.toBeNaN();
	});

	test('keeps the scores of swapped tokens in the NoPE layer and not in the RoPE layer', async () => {
		const scores = async (moment: number) => {
			const page = await visit(`${LESSON}?step=3&moment=${moment}`);
			await page.waitForSelector(`.figure .hint${moment > 1 ? ':has-text("swapped")' : ''}`);
			const of = (name: string) =>
				page.locator(`.figure [aria-label^="${name}"] li b`).allTextContents();
			return { rope: (await of('RoPE layer')).sort(), nope: (await of('NoPE layer')).sort() };
		};
		const [before, after] = [await scores(1), await scores(2)];
		expect(after.nope).toEqual(before.nope);
		expect(after.rope).not.toEqual(before.rope);
	});

	test('takes a prediction and holds it against the picture', async () => {
		const page = await visit(`${LESSON}?step=3`);
		await page.click('.words label:has-text("RoPE layer alone")');
		await page.click('.words button:has-text("Commit")');
		await page.locator('h1').click();
		await page.keyboard.press('ArrowRight');
		await page.waitForSelector('.words :text("Yes: in the RoPE layer")');
	});

	test('tells when a row of layers passes all three tests', async () => {
		const page = await visit(`${LESSON}?step=5`);
		await page.waitForSelector('.figure [role="status"]:has-text("Not all")');
		await page.goto(page.url().replace('step=5', 'step=5&layers=cccg'));
		await page.waitForSelector('.figure [role="status"]:has-text("All three passed")');
	});

	test.each(SCHEMES)('stands in nobody’s way on a phone, %s', async (colorScheme) => {
		expect(await obstaclesInLesson(LESSON, { colorScheme })).toEqual([]);
	});
});
