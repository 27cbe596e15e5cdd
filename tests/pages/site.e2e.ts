import { describe, expect, inject, test } from 'vitest';
import { visit } from './browser';

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
