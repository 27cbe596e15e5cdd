import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { isInstalled } from '../../scripts/install.mjs';

const wanted = {
	'': { name: 'a-project' },
	'node_modules/sirv': { version: '3.0.2' },
	'node_modules/fsevents': { version: '2.3.3', optional: true }
};
let folder: string;

/** Writes a lock file of npm. */
function write(path: string, packages: Record<string, object>): void {
	writeFileSync(join(folder, path), JSON.stringify({ packages }));
}

beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), 'llamascope-install-'));
	mkdirSync(join(folder, 'node_modules'));
	write('package-lock.json', wanted);
});

afterEach(() => rmSync(folder, { recursive: true }));

describe('isInstalled', () => {
	test('is false where nothing is installed', () => {
		expect(isInstalled(folder)).toBe(false);
	});

	test('is true where every package has the version of the lock file, optional ones aside', () => {
		write('node_modules/.package-lock.json', { 'node_modules/sirv': { version: '3.0.2' } });
		expect(isInstalled(folder)).toBe(true);
	});

	test('is false where a version differs or a package is missing', () => {
		write('node_modules/.package-lock.json', { 'node_modules/sirv': { version: '3.0.1' } });
		expect(isInstalled(folder)).toBe(false);
		write('node_modules/.package-lock.json', {});
		expect(isInstalled(folder)).toBe(false);
	});
});
