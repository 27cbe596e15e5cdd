/** Builds the page of contenders as the site is built, serves it and opens it in headless Chromium. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { build } from 'vite';
import { assembly } from '../scripts/assembly.mjs';
import { serve } from '../scripts/server.mjs';
import { openBrowser } from './graphics';

/** Makes the production bundle of a page with the site's own kernels; gives its folder. */
async function bundle(root: string): Promise<string> {
	const cache = join(root, '.cache/bench');
	mkdirSync(cache, { recursive: true });
	const folder = mkdtempSync(join(cache, 'page-'));
	const mode = process.env['NODE_ENV'];
	process.env['NODE_ENV'] = 'production';
	await build({
		root: join(root, 'bench'),
		configFile: false,
		logLevel: 'error',
		publicDir: false,
		resolve: { alias: { $lib: join(root, 'src/lib') } },
		worker: { format: 'es', plugins: () => [assembly()] },
		build: {
			outDir: folder,
			emptyOutDir: true,
			reportCompressedSize: false,
			chunkSizeWarningLimit: 4000,
			rolldownOptions: { input: join(root, 'bench/arena.html') }
		}
	});
	if (mode === undefined) delete process.env['NODE_ENV'];
	else process.env['NODE_ENV'] = mode;
	return folder;
}

export interface Stadium {
	/** The page of contenders; another one after a restart. */
	page: Page;
	/** Name and version of the browser. */
	readonly browser: string;
	/** What draws for WebGL. */
	readonly renderer: string;
	/** Ends the browser with all contenders, and what it still draws for them, and starts another. */
	restart: () => Promise<void>;
	close: () => Promise<void>;
}

async function enter(browser: Browser, url: string): Promise<Page> {
	const page = await browser.newPage();
	page.setDefaultTimeout(0);
	await page.goto(`${url}arena.html`);
	await page.waitForFunction(() => 'arena' in globalThis);
	return page;
}

/**
 * Opens the page. It is isolated from other origins, as `npm start` serves the site, so that jax-js may
 * use threads.
 *
 * @param root the project's folder
 * @param isGpu whether WebGL shall draw on the machine's graphics processor
 * @throws Error if it shall and does not
 */
export async function openStadium(root: string, isGpu: boolean): Promise<Stadium> {
	const { browser: first, renderer } = await openBrowser(isGpu);
	let browser = first;
	const folder = await bundle(root).catch(async (error: unknown) => {
		await browser.close();
		throw error;
	});
	const server = await serve({ folder, port: 0 });
	const stadium: Stadium = {
		page: await enter(browser, server.url),
		browser: `Chromium ${browser.version()}`,
		renderer,
		restart: async () => {
			await browser.close();
			({ browser } = await openBrowser(isGpu));
			stadium.page = await enter(browser, server.url);
		},
		close: async () => {
			await browser.close();
			await server.close();
			rmSync(folder, { recursive: true, force: true });
		}
	};
	return stadium;
}
