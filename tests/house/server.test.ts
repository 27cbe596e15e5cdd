import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request, type IncomingHttpHeaders } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { serve } from '../../scripts/server.mjs';

const folder = mkdtempSync(join(tmpdir(), 'llamascope-site-'));
const script = 'export const answer = 42;\n'.repeat(50);
const files: Record<string, string | Buffer> = {
	'index.html': '<h1>Home</h1>',
	'404.html': '<h1>Not here</h1>',
	'lessons/router.html': '<h1>Router</h1>',
	'_app/immutable/entry/start.ab12.js': script,
	'_app/immutable/entry/start.ab12.js.br': brotliCompressSync(script),
	'tools/run.mjs': script,
	'engine.wasm': Buffer.from([0, 0x61, 0x73, 0x6d]),
	'app.webmanifest': '{}',
	'toys/scout-toy/model.safetensors': Buffer.alloc(16)
};

let root: Awaited<ReturnType<typeof serve>>;
let under: Awaited<ReturnType<typeof serve>>;

beforeAll(async () => {
	for (const [name, content] of Object.entries(files)) {
		mkdirSync(join(folder, name, '..'), { recursive: true });
		writeFileSync(join(folder, name), content);
	}
	root = await serve({ folder, port: 0 });
	under = await serve({ folder, port: 0, base: '/llamascope' });
});

afterAll(async () => {
	await Promise.all([root.close(), under.close()]);
	rmSync(folder, { recursive: true });
});

/** Asks without following redirects or unpacking. */
function get(
	url: string,
	headers: Record<string, string> = {}
): Promise<{ status: number; headers: IncomingHttpHeaders; body: Buffer }> {
	return new Promise((done, failed) => {
		const asked = request(url, { headers, agent: false }, (response) => {
			const chunks: Buffer[] = [];
			response.on('data', (chunk: Buffer) => chunks.push(chunk));
			response.on('end', () =>
				done({
					status: response.statusCode ?? 0,
					headers: response.headers,
					body: Buffer.concat(chunks)
				})
			);
		});
		asked.on('error', failed).end();
	});
}

describe('the server', () => {
	test.each([
		['', 'text/html;charset=utf-8'],
		['_app/immutable/entry/start.ab12.js', 'text/javascript'],
		['tools/run.mjs', 'text/javascript'],
		['engine.wasm', 'application/wasm'],
		['app.webmanifest', 'application/manifest+json'],
		['toys/scout-toy/model.safetensors', 'application/octet-stream']
	])('gives /%s the type %s', async (path, type) => {
		const { status, headers } = await get(root.url + path);
		expect([status, headers['content-type']]).toEqual([200, type]);
	});

	test('isolates every answer from other origins', async () => {
		for (const path of ['', 'engine.wasm', 'nowhere']) {
			const { headers } = await get(root.url + path);
			expect(headers['cross-origin-opener-policy']).toBe('same-origin');
			expect(headers['cross-origin-embedder-policy']).toBe('require-corp');
		}
	});

	test('sends the compressed file to browsers that take it', async () => {
		const url = `${root.url}_app/immutable/entry/start.ab12.js`;
		const small = await get(url, { 'Accept-Encoding': 'gzip, br' });
		expect(small.headers['content-encoding']).toBe('br');
		expect(small.body.length).toBeLessThan(script.length / 10);
		const plain = await get(url);
		expect(plain.headers['content-encoding']).toBeUndefined();
		expect(plain.body.toString()).toBe(script);
	});

	test('lets browsers keep files with a hash in their name, and asks them to check the others', async () => {
		const hashed = await get(`${root.url}_app/immutable/entry/start.ab12.js`);
		expect(hashed.headers['cache-control']).toBe('public, max-age=31536000, immutable');
		expect((await get(root.url)).headers['cache-control']).toBe('no-cache');
	});

	test('answers 404 with the page for that, at any depth', async () => {
		const { status, headers, body } = await get(`${root.url}no/such/page`);
		expect([status, headers['content-type']]).toEqual([404, 'text/html;charset=utf-8']);
		expect(body.toString()).toBe('<h1>Not here</h1>');
	});

	test('finds a page with and without a slash at the end', async () => {
		for (const path of ['lessons/router', 'lessons/router/']) {
			expect((await get(root.url + path)).body.toString()).toBe('<h1>Router</h1>');
		}
	});

	test('serves nothing from outside its folder', async () => {
		for (const path of ['../etc/passwd', '%2e%2e/%2e%2e/etc/passwd', '..%2f..%2fetc%2fpasswd']) {
			expect((await get(root.url + path)).status).toBe(404);
		}
	});

	test('lives under a base path', async () => {
		expect(under.url).toMatch(/\/llamascope\/$/);
		expect((await get(under.url)).body.toString()).toBe('<h1>Home</h1>');
		const { origin } = new URL(under.url);
		expect((await get(`${origin}/`)).headers.location).toBe('/llamascope/');
		expect((await get(`${origin}/engine.wasm`)).status).toBe(404);
		expect((await get(`${origin}/llamascoped/`)).status).toBe(404);
	});
});
