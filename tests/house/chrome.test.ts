import { describe, expect, test } from 'vitest';
import { chromeCandidates, findChrome, type Machine } from '../../scripts/chrome.mjs';

/** A machine with only these files. */
function machine(files: string[], parts: Partial<Machine> = {}): Machine {
	return {
		platform: 'linux',
		env: {},
		home: '/home/ada',
		exists: (path) => files.includes(path),
		list: () => [],
		...parts
	};
}

describe('findChrome', () => {
	test('takes CHROME_PATH before anything else', () => {
		const env = { CHROME_PATH: '/opt/my-chrome' };
		expect(findChrome(machine(['/usr/bin/chromium', '/opt/my-chrome'], { env }))).toBe(
			'/opt/my-chrome'
		);
	});

	test('says so when CHROME_PATH names no file', () => {
		const env = { CHROME_PATH: '/opt/gone' };
		expect(() => findChrome(machine(['/usr/bin/chromium'], { env }))).toThrow(
			/CHROME_PATH.*\/opt\/gone/
		);
	});

	test('takes Chromium before Chrome, and either before a download of Playwright', () => {
		const download = '/home/ada/.cache/ms-playwright/chromium-1200/chrome-linux/chrome';
		const list = () => ['chromium-1200'];
		const files = [download, '/usr/bin/google-chrome', '/usr/bin/chromium'];
		expect(findChrome(machine(files, { list }))).toBe('/usr/bin/chromium');
		expect(findChrome(machine(files.slice(0, 2), { list }))).toBe('/usr/bin/google-chrome');
		expect(findChrome(machine(files.slice(0, 1), { list }))).toBe(download);
	});

	test('prefers the newest full browser of Playwright to a headless shell', () => {
		const list = () => [
			'chromium-999',
			'chromium_headless_shell-1200',
			'ffmpeg-1011',
			'chromium-1200'
		];
		const found = chromeCandidates(machine([], { list }))
			.filter((path) => path.includes('ms-playwright'))
			.map((path) => path.split('/')[5]);
		expect([...new Set(found)]).toEqual([
			'chromium-1200',
			'chromium-999',
			'chromium_headless_shell-1200'
		]);
	});

	test('looks where macOS and Windows keep programs', () => {
		const mac = '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome';
		expect(findChrome(machine([mac], { platform: 'darwin' }))).toBe(mac);
		const windows = 'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe';
		const env = { PROGRAMFILES: 'C:\\Program Files' };
		expect(findChrome(machine([windows], { platform: 'win32', env }))).toBe(windows);
	});

	test('finds nothing where there is nothing', () => {
		expect(findChrome(machine([]))).toBeNull();
	});
});
