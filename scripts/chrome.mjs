/**
 * Finds and starts a Chrome or Chromium: for browser tests, the benchmark and pictures of pages.
 */
import { existsSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { posix, win32 } from 'node:path';

/**
 * Where the search looks: injected, so that a test can describe another machine.
 *
 * @typedef {object} Machine
 * @property {NodeJS.Platform} platform
 * @property {Record<string, string | undefined>} env
 * @property {string} home
 * @property {(path: string) => boolean} exists
 * @property {(path: string) => string[]} list names in a folder, empty when there is none
 */

/** @type {Machine} */
const thisMachine = {
	platform: process.platform,
	env: process.env,
	home: homedir(),
	exists: existsSync,
	list: (path) => (existsSync(path) ? readdirSync(path) : [])
};

/** Where installers put Chrome and Chromium on Linux. */
const LINUX = [
	'/usr/bin/chromium',
	'/usr/bin/chromium-browser',
	'/usr/bin/google-chrome',
	'/usr/bin/google-chrome-stable',
	'/opt/google/chrome/chrome',
	'/snap/bin/chromium'
];

/** Where installers put them on macOS, under / and under the home folder. */
const MAC = [
	'Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
	'Applications/Chromium.app/Contents/MacOS/Chromium'
];

/** Where installers put them on Windows, under each program folder. */
const WINDOWS = ['Google\\Chrome\\Application\\chrome.exe', 'Chromium\\Application\\chrome.exe'];

/** The programs inside a download of Playwright's, whichever of them it holds. */
const IN_PLAYWRIGHT = [
	'chrome-linux/chrome',
	'chrome-linux64/chrome',
	'chrome-mac/Chromium.app/Contents/MacOS/Chromium',
	'chrome-mac-arm64/Google Chrome for Testing.app/Contents/MacOS/Google Chrome for Testing',
	'chrome-mac-x64/Google Chrome for Testing.app/Contents/MacOS/Google Chrome for Testing',
	'chrome-win/chrome.exe',
	'chrome-win64/chrome.exe',
	'chrome-headless-shell-linux64/chrome-headless-shell',
	'chrome-linux/headless_shell',
	'chrome-headless-shell-mac-arm64/chrome-headless-shell',
	'chrome-headless-shell-mac-x64/chrome-headless-shell',
	'chrome-headless-shell-win64/chrome-headless-shell.exe'
];

/**
 * Everything worth trying, best first: `CHROME_PATH`, the usual places, Playwright's downloads
 * (a full browser before a headless shell, newest first).
 *
 * @param {Machine} [machine]
 * @returns {string[]} paths, whether they exist or not
 */
export function chromeCandidates(machine = thisMachine) {
	const { env } = machine;
	return [
		...(env.CHROME_PATH ? [env.CHROME_PATH] : []),
		...usualPlaces(machine),
		...playwrightDownloads(machine)
	];
}

/** @param {Machine} machine */
function usualPlaces({ platform, env, home }) {
	if (platform === 'darwin')
		return ['/', home].flatMap((top) => MAC.map((p) => posix.join(top, p)));
	if (platform === 'win32') {
		const tops = [env.PROGRAMFILES, env['PROGRAMFILES(X86)'], env.LOCALAPPDATA];
		return tops.flatMap((top) => (top ? WINDOWS.map((p) => win32.join(top, p)) : []));
	}
	return LINUX;
}

/** @param {Machine} machine */
function playwrightDownloads(machine) {
	const { platform, env, home } = machine;
	const join = platform === 'win32' ? win32.join : posix.join;
	const cache = {
		darwin: join(home, 'Library/Caches/ms-playwright'),
		win32: join(env.LOCALAPPDATA ?? home, 'ms-playwright')
	};
	const folder =
		env.PLAYWRIGHT_BROWSERS_PATH ??
		(platform === 'darwin' || platform === 'win32'
			? cache[platform]
			: join(env.XDG_CACHE_HOME ?? join(home, '.cache'), 'ms-playwright'));
	const revision = (/** @type {string} */ name) => Number(name.split('-').at(-1));
	const newest = machine.list(folder).sort((a, b) => revision(b) - revision(a));
	return ['chromium-', 'chromium_headless_shell-'].flatMap((kind) =>
		newest
			.filter((name) => name.startsWith(kind))
			.flatMap((name) => IN_PLAYWRIGHT.map((program) => join(folder, name, program)))
	);
}

/**
 * The browser to use, or null where there is none.
 *
 * @param {Machine} [machine]
 * @returns {string | null} path of the program
 * @throws Error if `CHROME_PATH` names no file
 */
export function findChrome(machine = thisMachine) {
	const { env } = machine;
	if (env.CHROME_PATH && !machine.exists(env.CHROME_PATH)) {
		throw new Error(`CHROME_PATH names no file: ${env.CHROME_PATH}`);
	}
	return chromeCandidates(machine).find((path) => machine.exists(path)) ?? null;
}

/** What to say where no browser is found. */
export const NO_CHROME =
	'No Chrome or Chromium found: install one, or set CHROME_PATH to the program.';

/**
 * Who draws for WebGL: a program on the processor, or a graphics processor reached in one of the ways of
 * Chromium.
 *
 * @typedef {'software' | 'vulkan' | 'gl-egl' | 'default'} Graphics
 */

/** Headless, Chromium leaves a graphics processor alone unless told to enable it. */
const GRAPHICS = {
	software: ['--use-angle=swiftshader', '--enable-unsafe-swiftshader'],
	vulkan: [
		'--enable-gpu',
		'--use-angle=vulkan',
		'--enable-features=Vulkan',
		'--disable-vulkan-surface'
	],
	'gl-egl': ['--enable-gpu', '--use-angle=gl-egl'],
	default: ['--enable-gpu', '--use-angle=default']
};

/**
 * The ways to a graphics processor worth trying, best first. Those of Linux need no screen.
 *
 * @param {NodeJS.Platform} [platform]
 * @returns {Graphics[]}
 */
export function waysToGpu(platform = process.platform) {
	return platform === 'linux' ? ['vulkan', 'gl-egl'] : ['default'];
}

/**
 * Switches that start a browser quiet where there is no network. The sandbox stays on, except for root,
 * whom Chromium refuses to sandbox.
 *
 * @param {Graphics} graphics
 */
export function switchesFor(graphics) {
	const args = [
		...GRAPHICS[graphics],
		'--ignore-gpu-blocklist',
		'--disable-background-networking',
		'--disable-component-update',
		'--disable-sync',
		'--no-first-run',
		'--disable-quic'
	];
	return process.getuid?.() === 0 ? [...args, '--no-sandbox'] : args;
}

/**
 * Options that start a browser, headless.
 *
 * @param {Graphics} [graphics]
 * @throws Error if there is no browser
 */
export function launchOptions(graphics = 'software') {
	const executablePath = findChrome();
	if (!executablePath) throw new Error(NO_CHROME);
	// Playwright allows a software renderer by itself.
	const ignoreDefaultArgs = graphics === 'software' ? [] : ['--enable-unsafe-swiftshader'];
	return { executablePath, args: switchesFor(graphics), ignoreDefaultArgs, headless: true };
}

/**
 * Starts the browser, headless. The caller closes it.
 *
 * @param {Graphics} [graphics]
 * @returns {Promise<import('playwright-core').Browser>}
 * @throws Error if there is no browser
 */
export async function launchChrome(graphics = 'software') {
	const { chromium } = await import('playwright-core');
	return chromium.launch(launchOptions(graphics));
}
