/** What a learner sets by hand is in the link, and whoever opens the link sees the same. */
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { orderSensitivity } from '$lib/experiments/orderSensitivity';
import { fixed } from '$lib/views/words';
import recorded from '../../src/routes/lessons/router/recorded.json';
import { ready, visit } from './browser';

/** Waits until the link says something. */
const isKept = (page: Page, said: string) =>
	page.waitForFunction((words) => location.search.slice(1).split('&').includes(words), said);

/** Opens what the link of a page says, in another browser. */
const reopened = (page: Page) => {
	const { pathname, search } = new URL(page.url());
	return ready(`${pathname.replace(/^.*(?=lessons)/, '')}${search.replace('&backend=wasm', '')}`);
};

/** What stands in all fields of a part of the page. */
const fieldsOf = (page: Page, part: string) =>
	page
		.locator(`${part} [data-control] :is(input, select)`)
		.evaluateAll((fields) =>
			(fields as HTMLInputElement[]).map((one) =>
				['checkbox', 'radio'].includes(one.type) ? String(one.checked) : one.value
			)
		);

describe('the link of the lesson on rotary positions', () => {
	const { chunked } = orderSensitivity.arms;

	test.each([
		['step=1', 'Query at', ['ArrowRight', 'ArrowRight', 'ArrowRight'], 'query=12', 'at 12, key'],
		['step=1', 'Key at', ['ArrowLeft', 'ArrowLeft'], 'key=2', 'at 2'],
		['step=2&moment=2', 'Both move on by', ['ArrowRight'], 'shift=6', 'at 15'],
		['step=5', 'Size of the queries', ['ArrowRight'], 'size=2', 'queries 2 times as large'],
		['step=6', chunked.label, ['Space'], 'row=chunked', 'Four chunked layers']
	] as const)('at %s keeps “%s”', async (query, name, keys, kept, shown) => {
		const page = await ready(`lessons/irope/?${query}`);
		const figure = page.locator('.figure');
		expect(await figure.textContent()).not.toContain(shown);
		await page.locator('.words').getByLabel(name, { exact: true }).focus();
		for (const key of keys) await page.keyboard.press(key);
		await isKept(page, kept);
		expect(await figure.textContent()).toContain(shown);
		const other = await reopened(page);
		await other.locator('.figure', { hasText: shown }).waitFor();
		expect(await fieldsOf(other, '.words')).toEqual(await fieldsOf(page, '.words'));
	});
});

describe('the link of the lesson on the router', () => {
	test('brings the dial back where it stood', async () => {
		const page = await visit('lessons/router/?step=3&moment=3&turn=0.2');
		const formula = page.locator('.figure figure > p').last();
		await formula.filter({ hasText: fixed(recorded.bends[3]![2]!, 2) }).waitFor();
		expect(await page.locator('.words input[type="range"]').inputValue()).toBe('0.2');
	});

	test('keeps every switch of the free figure', async () => {
		const page = await ready('lessons/router/');
		const mine = 'section[aria-labelledby="now-you"]';
		const field = (control: string) =>
			page.locator(`${mine} [data-control="${control}"] :is(input, select)`);
		const slid = { tokens: 1, experts: 2, topk: 1, balance: 2 };
		for (const [control, presses] of Object.entries(slid)) {
			await field(control).focus();
			for (let i = 0; i < presses; i++) await page.keyboard.press('ArrowRight');
		}
		const chosen = { gate: 'output', router: 'softmax', moe: { index: 1 }, silent: 'shared' };
		for (const [control, option] of Object.entries(chosen)) {
			await field(control).selectOption(option);
		}
		await field('frozen').check();
		const kept = ['tokens=24', 'experts=16', 'topk=2', 'balance=0.01', 'gate=output'];
		kept.push('router=softmax', 'moe=2', 'silent=shared', 'frozen=1');
		for (const said of kept) await isKept(page, said);
		const seen = async (tab: Page) => {
			const own = tab.locator('section[aria-label="Own: Loss"] [role="img"]').first();
			await tab.locator(`${mine} figcaption`, { hasText: 'an untrained model' }).waitFor();
			await expect.poll(() => own.getAttribute('aria-label')).toContain('without the shared expert'); // prettier-ignore
			return {
				fields: await fieldsOf(tab, mine),
				rules: await tab.textContent('.kind'),
				winners: await tab.locator(`${mine} .winner`).count(),
				gates: await tab.locator(`${mine} [aria-label^="Gates: "]`).getAttribute('aria-label'),
				losses: await own.getAttribute('aria-label')
			};
		};
		const before = await seen(page);
		expect(before.winners).toBe(2 * 24);
		expect(await seen(await reopened(page))).toEqual(before);
	});
});
