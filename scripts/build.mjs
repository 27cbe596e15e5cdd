/**
 * Builds the site into build/: always when run (`npm run build`), only when stale for `npm start` and the tests.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
	existsSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	rmSync,
	statSync,
	writeFileSync
} from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { basePath } from './base-path.mjs';
import { root } from './install.mjs';
import { listKeptFiles } from './offline.mjs';

/** Where the built site lies. */
export const site = join(root, 'build');

const stamp = join(root, '.cache/build.txt');
const lock = join(root, '.cache/build.lock');
const sources = [
	...['src', 'static', 'svelte.config.js', 'vite.config.ts', 'scripts/assembly.mjs'],
	'package-lock.json'
];

/**
 * Every file at or under a path, sorted.
 *
 * @param {string} path
 * @returns {string[]}
 */
function filesUnder(path) {
	if (!existsSync(path)) return [];
	if (!statSync(path).isDirectory()) return [path];
	return readdirSync(path)
		.sort()
		.flatMap((name) => filesUnder(join(path, name)));
}

/** A fingerprint of everything the build is made of. */
function fingerprint() {
	const hash = createHash('sha256').update(basePath);
	for (const file of sources.flatMap((name) => filesUnder(join(root, name)))) {
		hash.update(file).update(readFileSync(file));
	}
	return hash.digest('hex');
}

/** Whether build/ is what these sources give. */
function isFresh() {
	if (!existsSync(join(site, 'index.html')) || !existsSync(stamp)) return false;
	return readFileSync(stamp, 'utf8') === fingerprint();
}

/**
 * The page for addresses that lead nowhere. It may stand at any depth, so its addresses are absolute.
 *
 * @returns {string} HTML
 */
function notFoundPage() {
	return readFileSync(join(root, 'src/404.html'), 'utf8').replaceAll('%base%', basePath);
}

/**
 * Builds the site.
 *
 * @returns {boolean} whether it succeeded
 */
function build() {
	const made = fingerprint();
	rmSync(stamp, { force: true });
	const vite = join(root, 'node_modules/vite/bin/vite.js');
	const { status } = spawnSync(process.execPath, [vite, 'build', '--logLevel', 'warn'], {
		cwd: root,
		stdio: 'inherit',
		// Test runners set another mode, in which libraries warn and check more than a visitor's would.
		env: { ...process.env, NODE_ENV: 'production' }
	});
	if (status !== 0) return false;
	writeFileSync(join(site, '404.html'), notFoundPage());
	listKeptFiles(site, made.slice(0, 12));
	writeFileSync(stamp, made);
	return true;
}

/** Whether the process that holds the lock still runs. */
function isLockHeld() {
	try {
		process.kill(Number(readFileSync(lock, 'utf8')), 0);
		return true;
	} catch {
		return false;
	}
}

/** Waits until no other process builds here, and keeps others waiting. */
async function takeLock() {
	mkdirSync(join(root, '.cache'), { recursive: true });
	for (;;) {
		try {
			writeFileSync(lock, String(process.pid), { flag: 'wx' });
			return;
		} catch {
			if (isLockHeld()) await new Promise((done) => setTimeout(done, 500));
			else rmSync(lock, { force: true });
		}
	}
}

/**
 * Builds the site, one process at a time.
 *
 * @param {{ always: boolean }} options `always`: build even when nothing has changed
 * @returns {Promise<boolean>} whether a fresh build is in place
 */
export async function ensureBuilt({ always }) {
	await takeLock();
	try {
		if (!always && isFresh()) return true;
		if (!always) console.log('Building the site …');
		return build();
	} finally {
		rmSync(lock, { force: true });
	}
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
	process.exitCode = (await ensureBuilt({ always: true })) ? 0 : 1;
}
