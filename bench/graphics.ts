/** The browser that measures, on a software renderer or on the machine's graphics processor. */
import type { Browser } from 'playwright-core';
import { isSoftwareRenderer } from '$lib/engine/webgl';
import { launchChrome, waysToGpu } from '../scripts/chrome.mjs';
import { rendererName } from './renderer';

/** A browser and the name of what draws in it, empty where there is no WebGL 2. */
export interface Drawing<B> {
	browser: B;
	renderer: string;
}

/**
 * Starts browsers until one draws on a graphics processor; closes the others.
 *
 * @throws Error that names what drew instead, if none does
 */
export async function firstOnGpu<W extends string, B extends { close: () => Promise<void> }>(
	ways: readonly W[],
	start: (way: W) => Promise<Drawing<B>>
): Promise<Drawing<B>> {
	const seen: string[] = [];
	for (const way of ways) {
		const { browser, renderer } = await start(way);
		if (renderer !== '' && !isSoftwareRenderer(renderer)) return { browser, renderer };
		await browser.close();
		seen.push(`with ${way} by ${renderer === '' ? 'nothing' : `“${renderer}”`}`);
	}
	throw new Error(
		`--gpu needs a graphics processor that Chromium reaches; here WebGL is drawn ${seen.join(', ')}.`
	);
}

async function launch(graphics: Parameters<typeof launchChrome>[0]): Promise<Drawing<Browser>> {
	const browser = await launchChrome(graphics);
	const page = await browser.newPage();
	const renderer = await page.evaluate(rendererName);
	await page.close();
	return { browser, renderer };
}

/**
 * Starts the browser; the caller closes it.
 *
 * @throws Error if it shall draw on a graphics processor and does not
 */
export function openBrowser(isGpu: boolean): Promise<Drawing<Browser>> {
	return isGpu ? firstOnGpu(waysToGpu(), launch) : launch('software');
}
