/**
 * Weighs the built site, as the browser would load it, and refuses what is too heavy:
 *
 *     node scripts/budgets.mjs
 */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { brotliCompressSync } from 'node:zlib';
import { site } from './build.mjs';
import { keptFiles } from './offline.mjs';

/** A thousand bytes, compressed with Brotli. */
const kB = 1000;

/**
 * What one thing weighs and may weigh, in bytes.
 *
 * @typedef {{ name: string, bytes: number, limit: number }} Weight
 */

/**
 * Every file under a folder.
 *
 * @param {string} folder
 * @returns {string[]}
 */
function filesUnder(folder) {
	if (!existsSync(folder)) return [];
	return readdirSync(folder)
		.map((name) => join(folder, name))
		.flatMap((path) => (statSync(path).isDirectory() ? filesUnder(path) : [path]));
}

/**
 * Size of a file as it is sent: compressed by the build, or else compressed here.
 *
 * @param {string} file
 */
function sentSize(file) {
	if (existsSync(`${file}.br`)) return statSync(`${file}.br`).size;
	return brotliCompressSync(readFileSync(file)).length;
}

/** @param {Iterable<string>} files */
function sum(files) {
	return [...files].reduce((bytes, file) => bytes + sentSize(file), 0);
}

/**
 * The modules that a module imports before it runs; `import()` is for later and does not count.
 *
 * @param {string} code minified or not
 * @returns {string[]} as written, such as `./chunk.js`
 */
export function staticImports(code) {
	const found = code.matchAll(/(?:\bimport|\bfrom)\s*["'](\.[^"']+)["']/g);
	return [...found].flatMap(([, path]) => path ?? []);
}

/**
 * The scripts that a page of HTML asks for by itself: its tags, its preloads and the imports written in it.
 *
 * @param {string} html
 * @returns {string[]} addresses as written
 */
export function pageScripts(html) {
	const preloads = html.matchAll(
		/<link[^>]+href="([^"]+)"[^>]*rel="modulepreload"|<link[^>]+rel="modulepreload"[^>]*href="([^"]+)"/g
	);
	const tags = html.matchAll(/<script[^>]+src="([^"]+)"/g);
	const imports = html.matchAll(/\bimport\(\s*["']([^"']+)["']\s*\)/g);
	return [...preloads, ...tags, ...imports].flatMap(([, a, b]) => a ?? b ?? []);
}

/**
 * All modules reached from some without waiting for an `import()`.
 *
 * @param {string[]} entries paths of files
 * @returns {Set<string>}
 */
function reachable(entries) {
	const found = new Set(entries);
	for (const file of found) {
		for (const path of staticImports(readFileSync(file, 'utf8')))
			found.add(resolve(dirname(file), path));
	}
	return found;
}

/**
 * What a page loads as script before its engine starts.
 *
 * @param {string} folder of the page in the site, empty for the home page
 */
function pageWeight(folder) {
	const html = readFileSync(join(site, folder, 'index.html'), 'utf8');
	const entries = pageScripts(html).map((path) => join(site, path.replace(/^.*?_app\//, '_app/')));
	return sum(reachable(entries));
}

/**
 * What the home page loads as script before its engine starts.
 *
 * @returns {Weight}
 */
function firstView() {
	return { name: 'script of the first view', bytes: pageWeight(''), limit: 100 * kB };
}

/**
 * What each lesson loads as script before its engine starts.
 *
 * @returns {Weight[]}
 */
function lessons() {
	const folder = join(site, 'lessons');
	if (!existsSync(folder)) return [];
	return readdirSync(folder)
		.filter((id) => existsSync(join(folder, id, 'index.html')))
		.map((id) => {
			const bytes = pageWeight(join('lessons', id));
			return { name: `script of the lesson ${id}`, bytes, limit: 150 * kB };
		});
}

/**
 * The engine: every script of the worker, without the WebAssembly files.
 *
 * @returns {Weight}
 */
function worker() {
	const scripts = filesUnder(join(site, '_app/immutable/workers')).filter((file) =>
		/\.m?js$/.test(file)
	);
	return { name: 'script of the worker', bytes: sum(scripts), limit: 450 * kB };
}

/**
 * Each trained toy with its trace.
 *
 * @returns {Weight[]}
 */
function toys() {
	const folder = join(site, 'toys');
	if (!existsSync(folder)) return [];
	return readdirSync(folder)
		.filter((id) => statSync(join(folder, id)).isDirectory())
		.map((id) => {
			const files = filesUnder(join(folder, id)).filter((file) => !/\.(br|gz)$/.test(file));
			return { name: `toy ${id}`, bytes: sum(files), limit: 300 * kB };
		});
}

/**
 * Everything that a visitor keeps for a time without a network.
 *
 * @returns {Weight}
 */
function kept() {
	const files = keptFiles(site).map((path) =>
		join(site, /(^|\/)$/.test(path) ? `${path}index.html` : path)
	);
	return { name: 'all that is kept offline', bytes: sum(files), limit: 3000 * kB };
}

/**
 * What a file would load from someone else's server. Links that a visitor may follow are no loads.
 *
 * @param {string} name of the file
 * @param {string} text
 * @returns {string[]} addresses
 */
export function thirdPartyLoads(name, text) {
	const patterns = name.endsWith('.html')
		? [
				/<(?:script|img|iframe|source|video|audio)[^>]+src="((?:https?:)?\/\/[^"]+)"/g,
				/<link[^>]+href="((?:https?:)?\/\/[^"]+)"/g
			]
		: name.endsWith('.css')
			? [/url\(\s*["']?((?:https?:)?\/\/[^"')]+)/g, /@import\s+["']((?:https?:)?\/\/[^"']+)/g]
			: [
					/\b(?:import|from|fetch|Worker|SharedWorker|importScripts|EventSource|WebSocket)\s*\(?\s*["'`]((?:https?|wss?):\/\/[^"'`]+)/g
				];
	return patterns.flatMap((pattern) => [...text.matchAll(pattern)].flatMap(([, url]) => url ?? []));
}

/**
 * Weighs everything that has a budget.
 *
 * @returns {Weight[]}
 */
export function weights() {
	return [firstView(), ...lessons(), worker(), ...toys(), kept()];
}

/** Prints a line for each weight and sets the exit code. */
function main() {
	const weighed = weights();
	for (const { name, bytes, limit } of weighed) {
		const verdict = bytes === 0 ? 'MISSING' : bytes <= limit ? 'good   ' : 'TOO BIG';
		console.log(`${verdict} ${name}: ${(bytes / kB).toFixed(1)} of ${limit / kB} kB`);
	}
	const loads = filesUnder(site)
		.filter((file) => /\.(html|css|m?js)$/.test(file))
		.flatMap((file) =>
			thirdPartyLoads(file, readFileSync(file, 'utf8')).map(
				(url) => `${relative(site, file)} loads ${url}`
			)
		);
	for (const load of loads) console.log(`FOREIGN ${load}`);
	if (loads.length > 0 || weighed.some(({ bytes, limit }) => bytes === 0 || bytes > limit))
		process.exitCode = 1;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) main();
