import { describe, expect, test } from 'vitest';
import type { PlainArray } from '$lib/protocol/checkpoint';
import type { Storage } from '$lib/engine/storage';
import { NODE_BACKENDS } from '../tensors';
import { build, FakePage, memoryStorage } from './session';

/** Every number of a stored run, as bits. */
function bitsOf(storage: ReturnType<typeof memoryStorage>, id: string): Uint32Array[] {
	const { params, optimizer } = storage.runs.get(id)!;
	return [...params, ...optimizer].map(({ data }: PlainArray) => new Uint32Array(data.buffer));
}

async function train(page: FakePage, steps: number): Promise<void> {
	await page.ask({ type: 'train', steps, follow: false }, 'stopped');
	await page.next((reply) => reply.type === 'kept' && reply.step >= steps);
}

describe.each(NODE_BACKENDS)('checkpoints on %s', (backend) => {
	test('go on, in another session, bit for bit as if training had never stopped', async () => {
		const straight = memoryStorage();
		const one = new FakePage(straight);
		await one.boot(backend);
		await one.ask(build(), 'opened');
		await train(one, 7);

		const broken = memoryStorage();
		const two = new FakePage(broken);
		await two.boot(backend);
		await two.ask(build(), 'opened');
		await train(two, 3);
		const three = new FakePage(broken);
		await three.boot(backend);
		const opened = await three.ask({ type: 'restore', id: 'tab/1' }, 'opened');
		expect(opened.header.step).toBe(3);
		expect(opened.header.history.steps).toEqual([1, 2, 3]);
		await three.ask({ type: 'train', steps: 4, follow: false }, 'stopped');
		await three.next((reply) => reply.type === 'kept' && reply.step === 7);

		expect(bitsOf(broken, 'tab/1')).toEqual(bitsOf(straight, 'tab/1'));
		const { history } = broken.runs.get('tab/1')!.header;
		expect(history).toEqual(straight.runs.get('tab/1')!.header.history);
	});
});

describe('the keeper', () => {
	test('stores a run when it is built and when its training pauses', async () => {
		const storage = memoryStorage();
		const page = new FakePage(storage);
		await page.boot('cpu');
		await page.ask(build(), 'opened');
		await page.next(({ type }) => type === 'kept');
		expect(storage.runs.get('tab/1')!.header.step).toBe(0);
		await train(page, 2);
		expect(storage.runs.get('tab/1')!.header.step).toBe(2);
	});

	test('stores a long training at least every 5 seconds', async () => {
		const page = await FakePage.with('cpu');
		await page.next(({ type }) => type === 'kept');
		page.send({ type: 'train', steps: null, follow: false });
		const began = performance.now();
		await page.next((reply) => reply.type === 'kept' && reply.step > 0);
		expect(performance.now() - began).toBeLessThan(5000);
		page.send({ type: 'stop', what: 'train' });
		await page.next(({ type }) => type === 'stopped');
	}, 10_000);

	test('leaves a run that has learned in its place when another model is built', async () => {
		const storage = memoryStorage();
		const page = new FakePage(storage);
		await page.boot('cpu');
		await page.ask(build(), 'opened');
		await page.ask(build({ seed: 2 }), 'opened');
		await train(page, 1);
		await page.ask(build({ seed: 3 }), 'opened');
		await page.next((reply) => reply.type === 'kept' && reply.id === 'tab/2');
		expect([...storage.runs.keys()]).toEqual(['tab/1', 'tab/2']);
		expect(storage.runs.get('tab/1')!.header).toMatchObject({ seed: 2, step: 1 });
	});

	test('offers what is stored: this tab first, closed tabs after it', async () => {
		const storage = memoryStorage();
		const page = new FakePage(storage);
		await page.boot('cpu');
		await page.ask(build(), 'opened');
		await page.next(({ type }) => type === 'kept');
		const { runs: [own] } = await page.ask({ type: 'boot', backend: 'cpu', tab: 'tab', allowWebgl: true }, 'booted'); // prettier-ignore
		expect(own).toMatchObject({ id: 'tab/1', own: true, header: { step: 0 } });
		const { runs: [other] } = await page.ask({ type: 'boot', backend: 'cpu', tab: 'new', allowWebgl: true }, 'booted'); // prettier-ignore
		expect(other).toMatchObject({ id: 'tab/1', own: false });
	});

	test('says once that there is no storage, and everything else works', async () => {
		const none = new FakePage(null);
		const { note } = await none.ask(
			{ type: 'boot', backend: 'cpu', tab: 'tab', allowWebgl: true },
			'booted'
		);
		expect(note).toMatch(/keeps nothing/);
		await none.ask(build(), 'opened');
		await none.ask({ type: 'train', steps: 1, follow: false }, 'stopped');
		expect(await none.refusal({ type: 'restore', id: 'tab/1' })).toMatch(/no longer there/);
	});

	test('says once that storage is full, and training goes on', async () => {
		const full: Storage = {
			...memoryStorage(),
			write: () => Promise.reject(new DOMException('full', 'QuotaExceededError'))
		};
		const page = new FakePage(full);
		await page.boot('cpu');
		await page.ask(build(), 'opened');
		await page.ask({ type: 'train', steps: 1, follow: false }, 'stopped');
		await page.ask({ type: 'train', steps: 1, follow: false }, 'stopped');
		await page.ask({ type: 'save' }, 'saved');
		const notes = page.replies.filter(({ type }) => type === 'note');
		expect(notes).toMatchObject([{ note: expect.stringMatching(/no room/) as string }]);
	});

	test('refuses a stored run whose numbers do not fit its model', async () => {
		const storage = memoryStorage();
		const page = new FakePage(storage);
		await page.boot('cpu');
		await page.ask(build(), 'opened');
		await page.next(({ type }) => type === 'kept');
		const stored = storage.runs.get('tab/1')!;
		storage.runs.set('tab/1', { ...stored, params: stored.params.slice(1) });
		expect(await page.refusal({ type: 'restore', id: 'tab/1' })).toMatch(/damaged/);
	});
});
