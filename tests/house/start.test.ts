import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readBasePath } from '../../scripts/base-path.mjs';
import { root } from '../../scripts/install.mjs';
import { nodeProblem } from '../../scripts/node-version.mjs';
import { readPort } from '../../scripts/port.mjs';

/** Runs `npm start`'s script and waits for its end. */
function start(
	env: Record<string, string>,
	nodeArgs: string[] = []
): Promise<{ code: number; said: string }> {
	const script = join(root, 'scripts/start.mjs');
	const child = spawn(process.execPath, [...nodeArgs, script], { env: { ...process.env, ...env } });
	let said = '';
	child.stdout.on('data', (text) => (said += String(text)));
	child.stderr.on('data', (text) => (said += String(text)));
	return new Promise((done) => child.on('close', (code) => done({ code: code ?? 1, said })));
}

describe('npm start', () => {
	test('refuses a port that is taken, in one sentence', async () => {
		const other = createServer().listen(0, 'localhost');
		await new Promise((listening) => other.once('listening', listening));
		const { port } = other.address() as AddressInfo;
		const { code, said } = await start({ PORT: String(port) });
		other.close();
		expect(code).toBe(1);
		expect(said).toBe(
			`Port ${port} is taken: stop what runs there, or choose another with PORT=8080 npm start.\n`
		);
	});

	test('refuses a PORT that is none, in one sentence', async () => {
		const { code, said } = await start({ PORT: 'eighty' });
		expect(code).toBe(1);
		expect(said).toBe('PORT must be a whole number from 0 to 65535, not "eighty".\n');
	});

	test('refuses an old Node, in one sentence', async () => {
		const old = `data:text/javascript,Object.defineProperty(process,'version',{value:'v16.20.2'})`;
		const { code, said } = await start({}, ['--import', old]);
		expect(code).toBe(1);
		expect(said).toBe('Llamascope needs Node 20.19, 22.12 or newer; this is Node 16.20.2.\n');
	});
});

describe('nodeProblem', () => {
	test.each(['v20.19.0', 'v20.20.2', 'v22.12.0', 'v23.0.0', 'v24.1.0'])('accepts %s', (version) => {
		expect(nodeProblem(version)).toBeNull();
	});

	test.each(['v12.22.12', 'v18.20.0', 'v20.18.3', 'v21.7.0', 'v22.11.0'])(
		'refuses %s',
		(version) => {
			expect(nodeProblem(version)).toContain(version.slice(1));
		}
	);

	test('says what package.json says', () => {
		const { engines } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
			engines: { node: string };
		};
		expect(engines.node).toBe('^20.19.0 || >=22.12.0');
	});
});

describe('readPort', () => {
	test('is 4173 when silent', () => {
		expect([readPort(undefined), readPort('')]).toEqual([4173, 4173]);
	});

	test('takes 0 to 65535 and nothing else', () => {
		expect(['0', '8080', '65535'].map(readPort)).toEqual([0, 8080, 65535]);
		expect(['65536', '-1', '80.5', '0x50', ' 80', '1e3'].map(readPort)).toEqual(
			Array(6).fill(null)
		);
	});
});

describe('readBasePath', () => {
	test('does not mind how many slashes stand around it', () => {
		expect(['', '/', 'llamascope', '/llamascope/', '/a/b/'].map(readBasePath)).toEqual([
			'',
			'',
			'/llamascope',
			'/llamascope',
			'/a/b'
		]);
		expect(readBasePath(undefined)).toBe('');
	});
});
