import { readFileSync } from 'node:fs';
import type { Download, Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { barriers, overflow, ready, SCHEMES, visit, waitForEngine } from './browser';

/** Opens the home page and waits until what it shows is computed. */
async function home(query = '', options: Parameters<typeof visit>[1] = {}): Promise<Page> {
	const page = await ready(query, options);
	await page.waitForSelector('figcaption:has-text("Live: ")');
	return page;
}

const tokens = (page: Page) => page.locator('.tokens li .text').allTextContents();
const stepDone = async (page: Page) =>
	Number((await page.locator('dl dd').first().textContent())?.replaceAll(',', ''));
const inFigure = (page: Page) => page.locator('[aria-label="The living model"] > figcaption');

describe('the recorded pass', () => {
	test('stands complete without any script', async () => {
		const page = await visit('', { javaScriptEnabled: false });
		expect(await page.textContent('noscript')).toContain('JavaScript is off');
		expect(await inFigure(page).textContent()).toContain('Recorded: scout-toy');
		expect((await tokens(page)).length).toBeGreaterThan(5);
		expect(await page.locator('.strip button').count()).toBe(4);
		expect(await page.locator('[aria-label="Next token"] li').count()).toBe(10);
		expect(await page.locator('[role="grid"]').count()).toBe(2);
	});

	test('stays when no worker can be started', async () => {
		const page = await visit('', {
			before: () => Reflect.deleteProperty(globalThis, 'Worker'),
			expected: /Worker/
		});
		await waitForEngine(page, ['failed']);
		expect(await inFigure(page).textContent()).toContain('Recorded: scout-toy');
		expect(await page.locator('.notices p').count()).toBeGreaterThan(0);
	});
});

describe('a visitor', () => {
	test('types a text and sees it computed, with what is unknown named', async () => {
		const page = await home();
		await page.fill('#prompt', '3 + 4 = xyzzy');
		await page.waitForFunction(() => document.querySelectorAll('.tokens li').length < 8);
		expect((await tokens(page)).slice(0, 4)).toEqual(['3', '+', '4', '=']);
		expect(await page.textContent('.unknown')).toContain('xyzzy');
	});

	test('is told when a text is too long, and the newest part is used', async () => {
		const page = await home();
		await page.fill('#prompt', '3 + 4 = 7 '.repeat(20));
		await page.waitForFunction(() => document.querySelectorAll('.tokens li').length === 32);
		expect(await page.textContent('.count')).toContain('the newest part is used');
	});

	test('steps back and forth by keys, across layers, and to the start', async () => {
		const page = await home('?layer=1&step=8');
		const words = page.locator('[aria-label="Steps inside the layer"] p').first();
		await page.locator('h1').click();
		await page.keyboard.press('ArrowRight');
		expect(await words.textContent()).toContain('Layer 2 · 1');
		await page.keyboard.press('ArrowLeft');
		expect(await words.textContent()).toContain('Layer 1 · 8');
		await page.keyboard.press('Home');
		await page.keyboard.press('Space');
		expect(await words.textContent()).toContain('Layer 1 · 2');
	});

	test('walks a grid by keys, pins a cell with Enter and frees it with Escape', async () => {
		const page = await home('?layer=1&step=5');
		const grid = page.locator('[role="grid"]').first();
		const cell = grid.locator('[role="gridcell"]');
		await grid.focus();
		await page.keyboard.press('ArrowUp');
		const said = await cell.textContent();
		expect(said).toContain('looks at');
		await page.keyboard.press('Enter');
		await page.locator('h1').click();
		expect(await cell.textContent()).toBe(said);
		await page.keyboard.press('Escape');
		expect(await cell.textContent()).not.toBe(said);
	});

	test('reads a picture as a table', async () => {
		const page = await home('?layer=1&step=8');
		await page.click('[aria-label="Router as a table"]');
		const table = page.locator('table', { hasText: 'Router logits, layer 1' });
		expect(await table.locator('tbody tr').count()).toBe((await tokens(page)).length);
	});

	test('shares a link that brings back text, layer, step and settings', async () => {
		const page = await home('?layer=4&step=3');
		await page.fill('#prompt', '3 + 4 =');
		await page.waitForFunction(() => location.search.includes('prompt='));
		const { search } = new URL(page.url());
		const other = await visit(search);
		await other.waitForSelector('text=Layer 4 · 3');
		expect(await other.inputValue('#prompt')).toBe('3 + 4 =');
	});

	test('sees the six tokens of the seed example in chunks of three', async () => {
		const page = await home();
		await page.click('text=Seed example, chunk 3');
		await page.waitForFunction(() => document.querySelectorAll('.tokens li').length === 6);
		expect(await tokens(page)).toEqual(['What', 'is', 'ch', 'unked', 'attention', '?']);
		await page.waitForSelector('text=sees its own chunk of 3');
	});
});

describe('training', () => {
	test('runs, is followed by the picture, stops, and goes on after a reload', async () => {
		const page = await home('?model=fresh');
		await page.click('button.run');
		await waitForEngine(page, ['training']);
		await page.waitForFunction(() => Number(document.querySelector('dd')?.textContent) >= 3);
		await page.click('button.run');
		await waitForEngine(page, ['ready']);
		const done = await stepDone(page);
		expect(done).toBeGreaterThanOrEqual(3);
		expect(await page.getAttribute('[aria-label="Loss"] svg[role="img"]', 'aria-label')).toContain(
			`Loss after ${done} steps`
		);
		await page.reload();
		await waitForEngine(page, ['ready']);
		await page.waitForSelector('figcaption:has-text("Live: ")');
		expect(await stepDone(page)).toBe(done);
	});

	test('goes on from where it was when the engine dies', async () => {
		const page = await home('?model=fresh', { expected: /staged/ });
		await page.click('button.run');
		await page.waitForFunction(() => Number(document.querySelector('dd')?.textContent) >= 2);
		const [worker] = page.workers();
		await worker?.evaluate(() => {
			setTimeout(() => {
				throw new Error('staged');
			}, 0);
		});
		await page.waitForSelector('text=The engine stopped and was started again');
		await waitForEngine(page, ['training']);
		await page.click('button.run');
		await waitForEngine(page, ['ready']);
	});

	test('makes one step by Shift and arrow, and resets to the same seed', async () => {
		const page = await home('?model=fresh');
		await page.locator('h1').click();
		await page.keyboard.press('Shift+ArrowRight');
		await page.waitForFunction(() => document.querySelector('dd')?.textContent === '1');
		await page.click('text=Reset');
		await page.waitForFunction(() => document.querySelector('dd')?.textContent === '0');
		await page.waitForSelector('figcaption:has-text("after 0 training steps")');
	});

	test('takes another rule without losing its weights, and refuses what does not fit', async () => {
		const page = await home('?model=fresh');
		await page.locator('#set-chunk').fill('4');
		await page.waitForSelector('text=sees its own chunk of 4');
		expect(await page.textContent('[aria-labelledby="settings"]')).toContain('The weights stay');
		await page.click('summary:has-text("more settings")');
		await page.locator('#set-heads').fill('3');
		expect(await page.textContent('#problem-heads')).toContain('Nothing was changed');
		expect(await page.getAttribute('html', 'data-engine')).toBe('ready');
	});
});

describe('the cost', () => {
	test('of a step is measured, and stays to compare when experts and chunk change', async () => {
		const page = await home('?model=fresh&batch=1');
		const figure = page.locator('[aria-label="What does it cost"]').first();
		const bars = () => figure.locator('[role="img"]').getAttribute('aria-label');
		const measured = figure.locator('li:has(b)');
		const before = await bars();
		expect(await measured.count()).toBe(0);
		await page.click('[aria-labelledby="training"] button:has-text("Step")');
		await measured.filter({ hasText: '8 experts, top 1, chunk 8' }).waitFor();
		await page.locator('#set-experts').fill('16');
		await page.waitForFunction((old) => {
			const label = document.querySelector('[aria-label^="Multiply-adds"]');
			return label?.getAttribute('aria-label') !== old;
		}, before);
		const numbersIn = (label: string | null) =>
			(label?.match(/[\d,]+(?= k)/g) ?? []).map((text) => Number(text.replace(',', '')));
		const [few, many] = [numbersIn(before), numbersIn(await bars())];
		// A token still visits one expert; only the router's row is longer.
		expect(many[0]! / few[0]!).toBeLessThan(1.05);
		expect(many[1]! / few[1]!).toBeGreaterThan(1.5);
		await waitForEngine(page, ['ready']);
		await page.click('[aria-labelledby="training"] button:has-text("Step")');
		await measured.filter({ hasText: '16 experts, top 1, chunk 8' }).waitFor();
		expect(await measured.count()).toBe(2);
		expect(await figure.textContent()).toMatch(
			/training step: operations · time\s*\d+ · [\d.]+ ms/
		);
	});
});

describe('files', () => {
	test('come out as Hugging Face names them, and go in again', async () => {
		const page = await home('?model=fresh');
		const saved: Download[] = [];
		page.on('download', (download) => saved.push(download));
		await page.click('text=Download');
		await expect.poll(() => saved.length, { timeout: 10_000 }).toBe(2);
		const files = await Promise.all(
			saved.map(async (download) => ({
				...{ name: download.suggestedFilename(), mimeType: '' },
				buffer: readFileSync(await download.path())
			}))
		);
		expect(files.map(({ name }) => name).toSorted()).toEqual(['config.json', 'model.safetensors']);
		await page.setInputFiles('input[accept=".safetensors,.json"]', files);
		await page.waitForSelector('option[value="file"]', { state: 'attached' });
		await waitForEngine(page, ['ready']);
	});

	test('that are broken get one sentence, and the model at hand stays', async () => {
		const page = await home('?model=fresh');
		const bad = { name: 'model.safetensors', mimeType: '', buffer: Buffer.from('not a model') };
		await page.setInputFiles('input[accept=".safetensors,.json"]', [bad]);
		await page.waitForSelector('.notices p');
		expect(await inFigure(page).textContent()).toContain('Live: new model');
	});
});

describe('the other toy', () => {
	test('has dense layers and layers with experts by turns, and sixteen lanes', async () => {
		const page = await home('?model=maverick-toy&layer=1&step=8');
		await page.waitForFunction(() => document.querySelectorAll('.strip button').length === 8);
		expect(await page.locator('[aria-label="Dense layer"]').count()).toBe(1);
		expect(await page.textContent('[aria-label="Steps inside the layer"] p')).toContain(
			'Layer 1 · 8'
		);
		await page.click('.strip button >> nth=1');
		expect(await page.locator('[aria-label="Lanes"] line.lane').count()).toBe(16);
		await page.selectOption('#model-name', 'scout-toy');
		await page.waitForFunction(() => document.querySelectorAll('.strip button').length === 4);
		expect(await stepDone(page)).toBeGreaterThan(0);
	});
});

describe('a text of one’s own', () => {
	test('becomes the language of a fresh model', async () => {
		const page = await home('?model=fresh');
		await page.selectOption('#task', 'own');
		await page.fill('#own-text', 'The llama sat on the hill and hummed to the moon. '.repeat(40));
		await page.click('text=Draw a fresh model for this text');
		await page.waitForSelector('#own-text', { state: 'detached' });
		await page.fill('#prompt', 'The llama sat');
		await page.waitForFunction(() => document.querySelectorAll('.tokens li').length <= 6);
		expect((await tokens(page)).join('')).toBe('Thellamasat');
	});
});

describe('a broken link', () => {
	test('goes to the nearest valid values, and says which', async () => {
		const page = await home('?model=fresh&chunk=banana&layers=9999&layer=-3&step=two&colour=blue');
		const notes = await page.locator('.notices').textContent();
		for (const said of ['Chunk', 'Layers', 'The layer', 'The step', 'colour']) {
			expect(notes).toContain(said);
		}
	});

	test('with settings that do not fit together keeps a model that runs', async () => {
		const page = await home('?model=fresh&heads=3&kv=2');
		expect(await page.locator('.notices').textContent()).toContain('do not fit together');
	});
});

describe('every visitor', () => {
	test.each(SCHEMES)('meets no barrier that axe knows, %s', async (colorScheme) => {
		expect(await barriers(await home('', { colorScheme }))).toEqual([]);
	});

	test('never scrolls a phone sideways', async () => {
		const page = await home('?layer=4&step=8', { viewport: { width: 360, height: 740 } });
		expect(await overflow(page)).toBeLessThanOrEqual(0);
	});

	test('finds the chosen colours again, set before the first paint', async () => {
		const page = await visit('');
		await page.click('[aria-label="Colours"] >> text=dark');
		await page.reload({ waitUntil: 'commit' });
		await page.waitForSelector('html[data-theme="dark"]', { state: 'attached' });
	});
});
