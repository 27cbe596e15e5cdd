/** Tells the service worker of the built site what there is to keep. */
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';

const WORKER = 'service-worker.js';

/** What no page asks for: copies that a server picks, the page for wrong addresses, the worker itself. */
const LEFT_OUT = /\.(br|gz)$|^404\.html$|^service-worker\.js$/;

/**
 * The files of a built site that a visitor without a network needs, by their addresses.
 *
 * @param {string} site folder of the built site
 * @returns {string[]} from the start of the site, such as `lessons/router/`
 */
export function keptFiles(site) {
	return readdirSync(site, { recursive: true, encoding: 'utf8' })
		.filter((path) => statSync(join(site, path)).isFile())
		.map((path) => relative(site, join(site, path)).split(sep).join('/'))
		.filter((path) => !LEFT_OUT.test(path))
		.map((path) => path.replace(/(^|\/)index\.html$/, '$1'))
		.sort();
}

/**
 * Writes the list of files and the name of their version before the code of the service worker.
 *
 * @param {string} site folder of the built site
 * @param {string} version another one for every other content
 */
export function listKeptFiles(site, version) {
	const file = join(site, WORKER);
	const list = JSON.stringify({ version, files: keptFiles(site) });
	writeFileSync(file, `const SITE = ${list};\n${readFileSync(file, 'utf8')}`);
	for (const end of ['.br', '.gz']) rmSync(`${file}${end}`, { force: true });
}
