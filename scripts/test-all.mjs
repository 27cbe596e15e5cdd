/**
 * The work of `npm test`: installs what is missing, finds a browser, builds the site once, runs every
 * test and ends with the line `N passed, N failed`. `npm test -- FILTER` runs the files whose path holds FILTER.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureChrome } from './install-chrome.mjs';
import { ensureInstalled, root, syncTypes } from './install.mjs';
import { count, countLine } from './count.mjs';

/**
 * Runs Vitest.
 *
 * @param {string[]} args
 * @returns {import('./count.mjs').Report | null} its report, or null where it broke before writing one
 */
function runVitest(args) {
	const folder = mkdtempSync(join(tmpdir(), 'llamascope-tests-'));
	const file = join(folder, 'report.json');
	const vitest = join(root, 'node_modules/vitest/vitest.mjs');
	try {
		spawnSync(
			process.execPath,
			[
				vitest,
				'run',
				'--reporter=default',
				'--reporter=json',
				`--outputFile.json=${file}`,
				...args
			],
			{ cwd: root, stdio: 'inherit' }
		);
		if (!existsSync(file)) return null;
		return /** @type {import('./count.mjs').Report} */ (JSON.parse(readFileSync(file, 'utf8')));
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
}

/**
 * Runs the tests and sets the exit code.
 *
 * @param {string[]} args passed on to Vitest
 */
export function testAll(args) {
	if (!ensureInstalled()) {
		console.error('The dependencies could not be installed; see npm’s message above.');
		process.exit(1);
	}
	const problem = ensureChrome();
	if (problem) {
		console.error(problem);
		process.exit(1);
	}
	if (!existsSync(join(root, '.svelte-kit/tsconfig.json'))) syncTypes();
	const report = runVitest(args);
	const counts = report ? count(report) : { passed: 0, failed: 1, notRun: [] };
	for (const name of counts.notRun) console.error(`Did not run, which counts as failed: ${name}`);
	console.log(countLine(counts));
	process.exitCode = counts.failed === 0 && counts.passed > 0 ? 0 : 1;
}
