/** Serves the built site, as `npm start` and the tests of pages do. */
import { createReadStream, existsSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import sirv from 'sirv';

/** Isolates the page from other origins, which lets WebAssembly use threads. */
const ISOLATION = {
	'Cross-Origin-Opener-Policy': 'same-origin',
	'Cross-Origin-Embedder-Policy': 'require-corp',
	'Cross-Origin-Resource-Policy': 'same-origin',
	'X-Content-Type-Options': 'nosniff'
};

/** Types that the server library does not know. */
const TYPES = { '.safetensors': 'application/octet-stream' };

/**
 * Headers of one file.
 *
 * @param {string} path of the request, below the base path
 * @returns {Record<string, string>}
 */
function headersOf(path) {
	const type = Object.entries(TYPES).find(([end]) => path.endsWith(end))?.[1];
	return {
		...ISOLATION,
		...(type ? { 'Content-Type': type } : {}),
		'Cache-Control': path.startsWith('/_app/immutable/')
			? 'public, max-age=31536000, immutable'
			: 'no-cache'
	};
}

/**
 * Answers with the 404 page.
 *
 * @param {string} folder
 * @param {import('node:http').ServerResponse} response
 */
function sendNotFound(folder, response) {
	const page = join(folder, '404.html');
	response.writeHead(404, { ...ISOLATION, 'Content-Type': 'text/html;charset=utf-8' });
	if (existsSync(page)) createReadStream(page).pipe(response);
	else response.end('Not found');
}

/**
 * What a server answers for a folder of built files.
 *
 * @param {string} folder
 * @param {string} base path under which the site lives, such as `/llamascope`; empty for none
 * @returns {import('node:http').RequestListener}
 */
function listener(folder, base) {
	const files = sirv(folder, {
		etag: true,
		gzip: true,
		brotli: true,
		setHeaders(response, path) {
			for (const [name, value] of Object.entries(headersOf(path))) response.setHeader(name, value);
		}
	});
	return (request, response) => {
		const url = request.url ?? '/';
		const [path = '/'] = url.split('?');
		if (base && (path === '/' || path === base)) {
			response.writeHead(302, { Location: `${base}/` }).end();
			return;
		}
		if (base && !path.startsWith(`${base}/`)) {
			sendNotFound(folder, response);
			return;
		}
		request.url = url.slice(base.length);
		files(request, response, () => sendNotFound(folder, response));
	};
}

/**
 * Serves a folder on localhost.
 *
 * @param {{ folder: string, port: number, base?: string }} options `port` 0 takes any free one
 * @returns {Promise<{ url: string, close: () => Promise<void> }>} address of the home page, and how to stop
 * @throws Error with code EADDRINUSE if the port is taken, or if there is no such folder
 */
export async function serve({ folder, port, base = '' }) {
	if (!existsSync(folder) || !statSync(folder).isDirectory())
		throw new Error(`no folder ${folder}`);
	const server = createServer(listener(folder, base));
	await new Promise((done, failed) => {
		server.once('error', failed);
		server.listen(port, 'localhost', () => done(undefined));
	});
	const address = server.address();
	const chosen = address && typeof address === 'object' ? address.port : port;
	return {
		url: `http://localhost:${chosen}${base}/`,
		close: () =>
			new Promise((done) => {
				server.close(() => done());
				server.closeAllConnections();
			})
	};
}
