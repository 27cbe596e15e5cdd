import { join } from 'node:path';
import type { Rolldown } from 'vite';
import { launchChrome } from '../chrome.mjs';
import type { CaseText } from './browserEntry';
import type { CaseBytes } from './case';
import type { GoldenRow } from './tally';

/**
 * Compares cases on WebGL in a headless browser.
 *
 * @param root the project's folder
 * @returns a function that compares one case, and one that closes the browser
 * @throws Error if there is no browser
 */
export async function openBrowser(root: string): Promise<{
	compare: (golden: CaseBytes) => Promise<GoldenRow[]>;
	close: () => Promise<void>;
}> {
	const code = await bundle(root);
	const browser = await launchChrome();
	const page = await browser.newPage();
	await page.addScriptTag({ content: code });
	return {
		compare: (golden) =>
			page.evaluate(
				(texts) =>
					(
						globalThis as unknown as { compareOnWebgl(texts: CaseText): Promise<GoldenRow[]> }
					).compareOnWebgl(texts),
				textsOf(golden)
			),
		close: () => browser.close()
	};
}

/** The comparison as one script for a page. */
async function bundle(root: string): Promise<string> {
	const { build } = await import('vite');
	const made = (await build({
		root,
		configFile: false,
		logLevel: 'error',
		publicDir: false,
		resolve: { alias: { $lib: join(root, 'src/lib') } },
		build: {
			write: false,
			minify: false,
			reportCompressedSize: false,
			lib: {
				entry: join(root, 'scripts/golden/browserEntry.ts'),
				name: 'golden',
				formats: ['iife']
			}
		}
	})) as Rolldown.RolldownOutput[];
	const [script] = made.flatMap(({ output }) => output);
	if (script?.type !== 'chunk') throw new Error('the comparison could not be bundled');
	return script.code;
}

const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');

function textsOf({ name, config, model, activations, grads, decode }: CaseBytes): CaseText {
	return {
		name,
		config,
		model: base64(model),
		activations: base64(activations),
		grads: grads && base64(grads),
		decode: decode && base64(decode)
	};
}
