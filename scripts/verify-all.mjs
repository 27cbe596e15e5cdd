/** The work of `npm run verify`: everything that decides besides the tests. Each check runs, even after one failed. */
import { ensureInstalled, runInstalled, syncTypes } from './install.mjs';

/**
 * Each check: what it makes sure of, and the program of node_modules (or the script) with its arguments.
 *
 * @type {readonly { name: string, program: string, args: string[] }[]}
 */
const CHECKS = [
	{
		name: 'layout',
		program: 'prettier/bin/prettier.cjs',
		args: ['--check', '.', '--log-level=warn']
	},
	{ name: 'floors and lint', program: 'eslint/bin/eslint.js', args: ['.', '--max-warnings=0'] },
	{
		name: 'types of components',
		program: 'svelte-check/bin/svelte-check',
		args: ['--fail-on-warnings', '--output', 'human']
	},
	{ name: 'types', program: 'typescript/bin/tsc', args: ['--noEmit', '-p', '.'] },
	{ name: 'nothing unused', program: 'knip/bin/knip.js', args: ['--no-progress'] },
	{ name: 'build', program: '../scripts/build.mjs', args: [] },
	{ name: 'size budgets', program: '../scripts/budgets.mjs', args: [] }
];

/** Runs all checks, prints a line for each and sets the exit code. */
export function verifyAll() {
	if (!ensureInstalled()) {
		console.error('The dependencies could not be installed; see npm’s message above.');
		process.exit(1);
	}
	syncTypes();
	const results = CHECKS.map(({ name, program, args }) => {
		console.log(`\n— ${name}`);
		return { name, isGood: runInstalled(program, args) };
	});
	console.log();
	for (const { name, isGood } of results) console.log(`${isGood ? 'good  ' : 'FAILED'}  ${name}`);
	process.exitCode = results.every(({ isGood }) => isGood) ? 0 : 1;
}
