import axe from 'axe-core';
import { describe, expect, test } from 'vitest';
import { visit } from './browser';

const LESSON = 'lessons/irope/';

describe('the lesson on rotary positions', () => {
	test('stands complete without any script', async () => {
		const page = await visit(LESSON, { javaScriptEnabled: false });
		expect(await page.textContent('#step-title')).toContain('A position is a turn');
		expect(await page.locator('.figure svg[role="img"]').count()).toBe(4);
	});

	test('is walked by the keyboard from the first step to the last', async () => {
		const page = await visit(LESSON);
		await page.locator('h1').click();
		const seen = new Set<string>();
		for (let press = 0; press < 20; press++) {
			seen.add((await page.textContent('#step-title')) ?? '');
			if (await page.locator('nav .primary[aria-disabled="true"]').count()) break;
			await page.keyboard.press('ArrowRight');
		}
		expect(seen.size).toBe(5);
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

	for (const colorScheme of ['light', 'dark'] as const) {
		test(`meets no barrier and no sideways scroll on a phone, ${colorScheme}`, async () => {
			for (const step of [1, 2, 3, 4, 5]) {
				const viewport = { width: 360, height: 740 };
				const page = await visit(`${LESSON}?step=${step}`, { colorScheme, viewport });
				await page.evaluate(axe.source);
				const found = await page.evaluate(async () => {
					const { violations } = await (globalThis as unknown as { axe: typeof axe }).axe.run();
					const { scrollWidth, clientWidth } = document.documentElement;
					const over = scrollWidth > clientWidth ? ['scrolls sideways'] : [];
					return [...over, ...violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html ?? ''}`)];
				});
				expect(found, `step ${step}`).toEqual([]);
			}
		});
	}
});
