import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { keptFiles, listKeptFiles } from '../../scripts/offline.mjs';

let site = '';

beforeEach(() => {
	site = mkdtempSync(join(tmpdir(), 'llamascope-kept-'));
	mkdirSync(join(site, 'lessons/router'), { recursive: true });
	const files = ['index.html', 'lessons/router/index.html', 'lessons/router/__data.json'];
	for (const file of [...files, 'index.html.br', '404.html', 'service-worker.js.gz']) {
		writeFileSync(join(site, file), '');
	}
	writeFileSync(join(site, 'service-worker.js'), 'go();');
});

afterEach(() => rmSync(site, { recursive: true }));

test('pages are kept by their addresses, and what no page asks for is not', () => {
	expect(keptFiles(site)).toEqual(['', 'lessons/router/', 'lessons/router/__data.json']);
});

test('the service worker is told, and no stale copy of it stays', () => {
	listKeptFiles(site, 'v1');
	const code = readFileSync(join(site, 'service-worker.js'), 'utf8');
	expect(code).toBe(
		'const SITE = {"version":"v1","files":["","lessons/router/","lessons/router/__data.json"]};\ngo();'
	);
	expect(() => readFileSync(join(site, 'service-worker.js.gz'))).toThrow('ENOENT');
});
