/** Installs the project's dependencies where they are missing. Plain Node: it runs before anything is installed. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The project's root folder. */
export const root = fileURLToPath(new URL('..', import.meta.url));

/** @typedef {Record<string, { version?: string, optional?: boolean }>} Packages */

/**
 * Whether `node_modules` holds what the lock file asks for.
 *
 * @param {string} folder the project's root
 */
export function isInstalled(folder) {
	const found = join(folder, 'node_modules/.package-lock.json');
	if (!existsSync(found)) return false;
	const present = readPackages(found);
	return Object.entries(readPackages(join(folder, 'package-lock.json'))).every(
		([path, { version, optional }]) => path === '' || optional || present[path]?.version === version
	);
}

/**
 * @param {string} file a lock file of npm
 * @returns {Packages} what it lists, by folder
 */
function readPackages(file) {
	const lock = /** @type {{ packages: Packages }} */ (JSON.parse(readFileSync(file, 'utf8')));
	return lock.packages;
}

/**
 * Runs npm, the one that runs us where there is one.
 *
 * @param {string[]} args
 * @returns {boolean} whether it succeeded
 */
function npm(args) {
	const program = process.env.npm_execpath;
	const { status } = program
		? spawnSync(process.execPath, [program, ...args], { cwd: root, stdio: 'inherit' })
		: spawnSync('npm', args, { cwd: root, stdio: 'inherit', shell: process.platform === 'win32' });
	return status === 0;
}

/**
 * Runs a program of node_modules in the project's root, showing what it says.
 *
 * @param {string} path of the program below node_modules
 * @param {string[]} args
 * @returns {boolean} whether it succeeded
 */
export function runInstalled(path, args) {
	const program = join(root, 'node_modules', path);
	return (
		spawnSync(process.execPath, [program, ...args], { cwd: root, stdio: 'inherit' }).status === 0
	);
}

/** Writes what the configuration of TypeScript builds on: the types of the pages. */
export function syncTypes() {
	return runInstalled('@sveltejs/kit/svelte-kit.js', ['sync']);
}

/**
 * Installs what the lock file names, unless it is there.
 *
 * @returns {boolean} whether everything is in place
 */
export function ensureInstalled() {
	if (isInstalled(root)) return true;
	console.log('Installing dependencies …');
	return npm(['ci', '--no-audit', '--no-fund', '--loglevel=error']);
}
