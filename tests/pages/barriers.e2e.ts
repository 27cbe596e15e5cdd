/**
 * Nobody is kept out of a lesson: at every moment of it, as pictures and as tables. A phone shows it in light
 * colours and a large screen in dark ones, so that both colours and both layouts are seen in one walk each.
 */
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { LESSON_IDS } from '../../src/routes/lessons/words';
import { barriers, overflow, ready, SCHEMES, visit, walk } from './browser';

const SIZES = {
	light: { width: 360, height: 740 },
	dark: { width: 1280, height: 900 }
} as const;

/** Turns every picture into its table, or back, with the spread of a proof, and tells how many. */
function turn(page: Page): Promise<number> {
	return page.evaluate(async () => {
		const tables = document.querySelectorAll<HTMLElement>('button[aria-label$=" as a table"]');
		for (const button of tables) button.click();
		for (const more of document.querySelectorAll<HTMLDetailsElement>('.words details')) {
			more.open = !more.open;
		}
		await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)));
		return tables.length;
	});
}

/** What stands in the way now: barriers, and a page that scrolls sideways. */
async function obstacles(page: Page, part: string): Promise<string[]> {
	const over = await overflow(page);
	return [...(await barriers(page, part)), ...(over > 0 ? [`${over} px too wide`] : [])];
}

describe('every moment of a lesson', () => {
	test.each(LESSON_IDS.flatMap((id) => SCHEMES.map((scheme) => [id, scheme] as const)))(
		'of %s stands in nobody’s way, %s',
		async (id, colorScheme) => {
			const viewport = SIZES[colorScheme];
			const page = await ready(`lessons/${id}/`, {
				...{ colorScheme, viewport, reducedMotion: 'reduce' }
			});
			const found: string[] = [];
			let tables = 0;
			// What is below the stage stays as it is: it is looked at once.
			let part = 'html';
			await walk(page, async (place) => {
				for (const form of ['picture', 'table']) {
					const met = await obstacles(page, part);
					found.push(...met.map((one) => `${place}, ${form}: ${one}`));
					tables += await turn(page);
				}
				part = '.stage';
			});
			expect(tables).toBeGreaterThan(0);
			expect(found).toEqual([]);
		},
		180_000
	);
});

describe('a table wider than a phone', () => {
	test('is scrolled by the keyboard, and the lesson stays where it is', async () => {
		const page = await ready('lessons/router/?step=2&moment=6', { viewport: SIZES.light });
		const place = await page.textContent('nav .count');
		await page.click('.figure [aria-label="Scores as a table"]');
		const table = page.locator('.figure [role="group"]:has(> table)');
		await table.focus();
		await page.keyboard.press('ArrowRight');
		await expect.poll(() => table.evaluate(({ scrollLeft }) => scrollLeft)).toBeGreaterThan(0);
		expect(await page.textContent('nav .count')).toBe(place);
	});
});

describe('the text of a lesson', () => {
	test.each(LESSON_IDS.flatMap((id) => SCHEMES.map((scheme) => [id, scheme] as const)))(
		'of %s has no barrier that axe knows, %s',
		async (id, colorScheme) => {
			const page = await visit(`lessons/${id}/text/`, {
				colorScheme,
				viewport: SIZES[colorScheme]
			});
			expect(await barriers(page)).toEqual([]);
			expect(await overflow(page)).toBe(0);
		}
	);
});
