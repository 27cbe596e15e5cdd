/** Builds the page of contenders as the site is built, serves it and opens it in headless Chromium. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { build } from 'vite';
import { assembly } from '../scripts/assembly.mjs';
import { serve } from '../scripts/server.mjs';
import { openBrowser } from './graphics';

/** The production bundle of a page with the site's own kernels. */
async function bundle(root: string, folder: string): Promise<void> {
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
}

export interface Stadium {
	page: Page;
	/** Name and version of the browser. */
	browser: string;
	/** What draws for WebGL. */
	renderer: string;
	close: () => Promise<void>;
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
	const { browser, renderer } = await openBrowser(isGpu);
	const cache = join(root, '.cache/bench');
	mkdirSync(cache, { recursive: true });
	const folder = mkdtempSync(join(cache, 'page-'));
	const mode = process.env['NODE_ENV'];
	process.env['NODE_ENV'] = 'production';
	await bundle(root, folder);
	if (mode === undefined) delete process.env['NODE_ENV'];
	else process.env['NODE_ENV'] = mode;
	const server = await serve({ folder, port: 0 });
	const page = await browser.newPage();
	page.setDefaultTimeout(0);
	await page.goto(`${server.url}arena.html`);
	await page.waitForFunction(() => 'arena' in globalThis);
	return {
		page,
		browser: `Chromium ${browser.version()}`,
		renderer,
		close: async () => {
			await browser.close();
			await server.close();
			rmSync(folder, { recursive: true, force: true });
		}
	};
}
