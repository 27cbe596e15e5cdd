import { describe, expect, inject, test } from 'vitest';
import { site } from '../../scripts/build.mjs';
import { serve } from '../../scripts/server.mjs';
import { visit, waitForEngine } from './browser';

describe('the built site', () => {
	test('is isolated from other origins, so WebAssembly may use threads', async () => {
		const page = await visit('');
		expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
	});

	test('leads back to the start from an address that leads nowhere', async () => {
		const page = await visit('no/such/page', { expected: /404/ });
		expect(await page.textContent('h1')).toBe('There is no page at this address');
		await page.click('a');
		expect(page.url()).toBe(inject('site'));
	});
});

describe('the engine, minified', () => {
	test('computes on WebAssembly, from files of its own site', async () => {
		const page = await visit('?backend=wasm');
		await waitForEngine(page, ['ready']);
		expect(await page.getAttribute('html', 'data-backend')).toBe('wasm');
	});

	test('computes under a base path', async () => {
		const { url, close } = await serve({ folder: site, port: 0, base: '/elsewhere' });
		try {
			const page = await visit(`${url}?backend=wasm`);
			await waitForEngine(page, ['ready']);
			expect(await page.getAttribute('html', 'data-backend')).toBe('wasm');
		} finally {
			await close();
		}
	});
});
