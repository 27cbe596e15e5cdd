import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { site } from '../../scripts/build.mjs';
import { serve } from '../../scripts/server.mjs';
import { LESSON_IDS } from '../../src/routes/lessons/words';
import { visit, waitForEngine } from './browser';

/** Waits until everything is kept and answered from what is kept. */
const kept = (page: Page) =>
	page.waitForFunction(() => navigator.serviceWorker.controller?.state === 'activated');

const versionOf = (page: Page) => page.evaluate(() => document.body.dataset.version);

const waiting = (page: Page) =>
	page.evaluate(async () => (await navigator.serviceWorker.ready).waiting?.state);

describe('without a network', () => {
	test('every lesson and its text open after one visit, compute and stay isolated', async () => {
		const page = await visit('', { mayKeep: true });
		await kept(page);
		await page.context().setOffline(true);
		await page.click('header >> text=Lessons');
		await page.waitForSelector('h1:has-text("Lessons")');
		expect(await page.locator('main ol > li h2 a').count()).toBe(LESSON_IDS.length);
		const index = page.url();
		for (const id of LESSON_IDS) {
			await page.goto(new URL(`${id}/?backend=wasm`, index).href);
			await waitForEngine(page, ['ready']);
			expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
			await page.click('text=This lesson as plain text');
			await page.waitForURL(/\/text\/$/);
			await page.reload();
			expect(await page.locator('main section > h2').count()).toBeGreaterThan(5);
		}
		await page.goto(index);
		await page.waitForSelector('h1:has-text("Lessons")');
		await page.goto(new URL('router/?step=2&moment=3&backend=wasm', index).href);
		await page.waitForSelector('.figure figcaption:has-text("Live: ")');
	}, 120_000);
});

/** Makes another version of a built site: pages that say so, and a service worker of another name. */
function renew(folder: string): void {
	const changes = [
		['lessons/index.html', /<body/, '<body data-version="newer"'],
		['service-worker.js', /"version":"\w+"/, '"version":"newer"']
	] as const;
	for (const [file, from, to] of changes) {
		const path = join(folder, file);
		writeFileSync(path, readFileSync(path, 'utf8').replace(from, to));
		for (const end of ['.br', '.gz']) rmSync(`${path}${end}`, { force: true });
	}
}

describe('a new version of the site', () => {
	test('replaces the old one whole, once no other page stands', async () => {
		const folder = mkdtempSync(join(tmpdir(), 'llamascope-site-'));
		cpSync(site, folder, { recursive: true });
		const old = await serve({ folder, port: 0 });
		const page = await visit(`${old.url}lessons/`, { mayKeep: true });
		await kept(page);
		await old.close();
		renew(folder);
		const { close } = await serve({ folder, port: Number(new URL(old.url).port) });
		try {
			const other = await visit(page.url(), { mayKeep: true, beside: page });
			expect(await versionOf(other)).toBe(undefined);
			await other.evaluate(async () => (await navigator.serviceWorker.ready).update());
			await expect.poll(() => waiting(other), { timeout: 20_000 }).toBe('installed');
			await other.reload();
			expect(await versionOf(other)).toBe(undefined);
			await other.close();
			await page.reload();
			await page.waitForSelector('body[data-version="newer"]');
			expect(await page.evaluate(() => caches.keys())).toEqual(['llamascope-newer']);
		} finally {
			await close();
			rmSync(folder, { recursive: true });
		}
	});
});
