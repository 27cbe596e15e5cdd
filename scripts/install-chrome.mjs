/** Makes sure that there is a browser to test with. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { findChrome, NO_CHROME } from './chrome.mjs';
import { root } from './install.mjs';

/**
 * Runs a program, showing what it says.
 *
 * @param {string} program
 * @param {string[]} args
 * @returns {boolean} whether it succeeded
 */
function run(program, args) {
	return spawnSync(program, args, { cwd: root, stdio: 'inherit' }).status === 0;
}

/** Downloads Playwright's Chromium. */
function download() {
	const cli = join(root, 'node_modules/playwright-core/cli.js');
	return run(process.execPath, [cli, 'install', 'chromium', '--only-shell']);
}

/** Whether Debian's packages can be installed here. */
function hasApt() {
	return process.getuid?.() === 0 && existsSync('/usr/bin/apt-get');
}

/** Whether there is a browser that starts: Playwright's may lack libraries on this system. */
function starts() {
	const chrome = findChrome();
	if (!chrome) return false;
	const args = ['--version', ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])];
	return spawnSync(chrome, args, { stdio: 'ignore' }).status === 0;
}

/**
 * Finds a browser, or installs one: Playwright's, or Debian's where that fails and we may.
 *
 * @returns {string | null} what to do where neither works
 */
export function ensureChrome() {
	if (starts()) return null;
	console.log('Installing a browser for the tests …');
	if (download() && starts()) return null;
	if (
		hasApt() &&
		run('apt-get', ['update', '-q']) &&
		run('apt-get', ['install', '-yq', 'chromium'])
	) {
		if (starts()) return null;
	}
	return NO_CHROME;
}
