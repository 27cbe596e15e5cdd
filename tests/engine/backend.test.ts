import { describe, expect, test } from 'vitest';
import { BackendUnfit, startBackend, type Starters } from '$lib/engine/backend';
import { isSoftwareRenderer } from '$lib/engine/webgl';

const works = (reason: string) => () => Promise.resolve({ reason, threads: 1 });
const unfit = (words: string) => () => Promise.reject(new BackendUnfit(words));

const GPU: Starters = {
	webgl: works('this device has one'),
	wasm: works('it is fast'),
	cpu: works('it is slow')
};
const NO_GPU: Starters = { ...GPU, webgl: unfit('there is no graphics processor here') };

describe('the choice of a backend', () => {
	test('takes WebGL on a real graphics processor', async () => {
		const { backend, note } = await startBackend(null, true, GPU);
		expect(backend.name).toBe('webgl');
		expect(backend.reason).toBe('The graphics processor (WebGL) computes: this device has one.');
		expect(note).toBe('');
	});

	test('takes WebAssembly without one, and plain JavaScript without either, and says why', async () => {
		const { backend } = await startBackend(null, true, NO_GPU);
		expect(backend.reason).toBe(
			'WebAssembly computes: there is no graphics processor here; it is fast.'
		);
		const bare = { ...NO_GPU, wasm: () => Promise.reject(new Error('fetch failed')) };
		const last = await startBackend(null, true, bare);
		expect(last.backend.name).toBe('cpu');
		expect(last.backend.reason).toMatch(/it does not start; it is slow\.$/);
	});

	test('does what the visitor asks for', async () => {
		const { backend, note } = await startBackend('cpu', true, GPU);
		expect(backend).toMatchObject({ name: 'cpu', threads: 1 });
		expect(backend.reason).toMatch(/you asked for it/);
		expect(note).toBe('');
	});

	test('notes a wish that cannot be met, or that nobody knows', async () => {
		const unmet = await startBackend('webgl', true, NO_GPU);
		expect(unmet.backend.name).toBe('wasm');
		expect(unmet.note).toMatch(/cannot run here: there is no graphics processor here\.$/);
		const unknown = await startBackend('abacus'.repeat(9), true, GPU);
		expect(unknown.backend.name).toBe('webgl');
		expect(unknown.note).toMatch(/^There is no backend “abacus/);
		expect(unknown.note.length).toBeLessThan(90);
	});

	test('leaves WebGL alone once the graphics processor was lost', async () => {
		expect((await startBackend(null, false, GPU)).backend.name).toBe('wasm');
	});

	test('says in one sentence that nothing runs', async () => {
		const none = { webgl: unfit('a'), wasm: unfit('b'), cpu: unfit('c') };
		await expect(startBackend(null, true, none)).rejects.toThrow(
			'No backend runs in this browser: a; b; c.'
		);
	});
});

test.each([
	['Google SwiftShader', true],
	['ANGLE (Google, Vulkan 1.3.0 (SwiftShader Device (Subzero)), SwiftShader driver)', true],
	['llvmpipe (LLVM 15.0.6, 256 bits)', true],
	['Microsoft Basic Render Driver', true],
	['Apple Software Renderer', true],
	['ANGLE (NVIDIA, NVIDIA GeForce RTX 3060 Direct3D11 vs_5_0 ps_5_0)', false],
	['Apple M2', false],
	['Mali-G78', false]
])('the renderer %s is software: %s', (renderer, isSoftware) => {
	expect(isSoftwareRenderer(renderer)).toBe(isSoftware);
});
