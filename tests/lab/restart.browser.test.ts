import { afterEach, expect, test, vi } from 'vitest';
import { Lab } from '$lib/lab/lab.svelte';
import { INITIAL_SETTINGS } from '$lib/protocol/settings';

/** Small enough for WebGL as a program. */
const SMALL = { ...INITIAL_SETTINGS, layers: 1, width: 8, headWidth: 2, experts: 2, batch: 2 };
const TALES = { task: 'tales', text: null };

let workers: Worker[] = [];
let lab: Lab;

async function start(backend: string): Promise<Lab> {
	workers = [];
	sessionStorage.clear();
	lab = new Lab({
		startWorker: () => {
			const worker = new Worker(new URL('./frail.worker.ts', import.meta.url), { type: 'module' });
			workers.push(worker);
			return worker;
		},
		toyUrl: () => '',
		backend
	});
	expect(await lab.start()).toBe(true);
	expect(await lab.build(SMALL, TALES)).toBe(true);
	return lab;
}

afterEach(() => lab.close());

/** Trains, waits until the run is stored, and gives the bytes of the weights. */
async function weightsAfter(steps: number): Promise<Uint8Array> {
	for (let step = 0; step < steps; step++) expect(await lab.stepOnce()).toBe(true);
	await vi.waitFor(() => expect(lab.keptStep).toBe(lab.step), 10_000);
	const weights = (await lab.save()).find(({ name }) => name === 'model.safetensors');
	return new Uint8Array(await weights!.arrayBuffer());
}

test('a worker that ends without a word is replaced, and its run goes on bit for bit', async () => {
	await start('wasm');
	const before = await weightsAfter(3);
	workers[0]!.postMessage('close');
	await vi.waitFor(() => expect(lab.notice).toMatch(/goes on from step 3/), 10_000);
	expect(workers.length).toBe(2);
	expect(await weightsAfter(0)).toEqual(before);
	expect(lab.history.steps).toEqual([1, 2, 3]);
}, 30_000);

test('a worker that is killed while it trains is replaced, and trains on', async () => {
	await start('wasm');
	void lab.train();
	// Storing goes on beside training: what is stored first is what a restart finds at the least.
	await vi.waitFor(() => expect(lab.keptStep).not.toBeNull(), 10_000);
	await vi.waitFor(() => expect(lab.step).toBeGreaterThan(2), 10_000);
	workers[0]!.terminate();
	await vi.waitFor(() => expect(lab.notice).toMatch(/goes on from step/), 10_000);
	const { step } = lab;
	await vi.waitFor(() => expect(lab.step).toBeGreaterThan(step + 2), 10_000);
	expect(lab.status).toBe('training');
	lab.pause();
	await vi.waitFor(() => expect(lab.status).toBe('ready'), 10_000);
}, 40_000);

test('a training that finds no memory is told so, and the run stays as it was stored', async () => {
	await start('wasm');
	const before = await weightsAfter(2);
	expect(await lab.rebuild({ ...SMALL, batch: 64, length: 128 })).toBe(true);
	workers[0]!.postMessage('give no more memory');
	expect(await lab.train()).toBe(false);
	await vi.waitFor(() => expect(lab.notice).toMatch(/^This needs more memory.*goes on from step 2/), 10_000); // prettier-ignore
	expect(lab.status).toBe('ready');
	expect(await weightsAfter(0)).toEqual(before);
}, 60_000);

test('a lost graphics processor costs no more than a restart', async () => {
	await start('webgl');
	await weightsAfter(1);
	workers[0]!.postMessage('lose the graphics processor');
	await vi.waitFor(() => expect(lab.notice).toMatch(/goes on from step 1/), 20_000);
	expect(await lab.forward([1, 2, 3], { points: ['logits'] })).toBe(true);
}, 60_000);

test('a reload finds the run of its tab', async () => {
	await start('wasm');
	await weightsAfter(2);
	lab.close();
	const next = new Lab({
		startWorker: () =>
			new Worker(new URL('./frail.worker.ts', import.meta.url), { type: 'module' }),
		toyUrl: () => '',
		backend: 'wasm'
	});
	lab = next;
	expect(await next.start()).toBe(true);
	expect(next.stored).toMatchObject({ own: true, header: { step: 2 } });
	expect(await next.resume()).toBe(true);
	expect(next.step).toBe(2);
}, 30_000);
