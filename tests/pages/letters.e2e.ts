/** No letter of a lesson is smaller on a phone than a reader can read. */
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { LESSON_IDS } from '../../src/routes/lessons/words';
import { visit } from './browser';

/** The least size of a letter, in CSS pixels. */
const LEAST = 12;

/** Words whose letters are drawn smaller than the least, with their size; pictures that shrink count as drawn. */
function smallLetters(page: Page): Promise<string[]> {
	return page.evaluate((least) => {
		const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
		const found = new Set<string>();
		for (let node = walker.nextNode(); node; node = walker.nextNode()) {
			const said = node.textContent?.trim() ?? '';
			const element = node.parentElement;
			if (said === '' || !element || element.closest('.visually-hidden, script, style')) continue;
			if (!element.checkVisibility({ visibilityProperty: true })) continue;
			const matrix = element instanceof SVGGraphicsElement ? element.getScreenCTM() : null;
			const scale = matrix ? Math.hypot(matrix.a, matrix.b) : 1;
			const size = parseFloat(getComputedStyle(element).fontSize) * scale;
			if (size < least - 0.05) found.add(`${said.slice(0, 30)}: ${size.toFixed(1)} px`);
		}
		return [...found];
	}, LEAST);
}

describe('the letters of a lesson on a phone', () => {
	test.each(LESSON_IDS)('can be read at every stop of %s', async (id) => {
		const page = await visit(`lessons/${id}/`, { viewport: { width: 360, height: 740 } });
		await page.waitForSelector('nav [aria-current="step"]');
		const small: string[] = [];
		const end = page.locator('nav .primary[aria-disabled="true"]');
		await page.locator('h1').click();
		for (let press = 0; press < 60; press++) {
			const title = (await page.textContent('#step-title')) ?? '';
			small.push(...(await smallLetters(page)).map((one) => `${title}: ${one}`));
			if (await end.count()) break;
			await page.keyboard.press('ArrowRight');
		}
		expect(await end.count(), 'the lesson was walked to its end').toBe(1);
		expect(small).toEqual([]);
	});
});
