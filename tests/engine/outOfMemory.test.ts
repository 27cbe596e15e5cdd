import { expect, test, vi } from 'vitest';
import { build, FakePage, memoryStorage, SMALL } from './session';

test('a step without room says so in a sentence, and what was stored before stays', async () => {
	const storage = memoryStorage();
	const page = new FakePage(storage);
	await page.boot('wasm');
	await page.ask(build(), 'opened');
	await page.ask({ type: 'train', steps: 2, follow: false }, 'stopped');
	const settings = { ...SMALL, batch: 64, length: 256 };
	await page.ask({ type: 'adjust', settings }, 'opened');
	await vi.waitFor(() => expect(storage.runs.get('tab/1')!.header.settings.batch).toBe(64));
	const stored = structuredClone(storage.runs.get('tab/1'));

	// A browser that gives no more memory than it has given so far.
	const grow = vi.spyOn(WebAssembly.Memory.prototype, 'grow').mockImplementation(() => {
		throw new RangeError('no more memory');
	});
	page.send({ type: 'train', steps: null, follow: false });
	const lost = await page.next(({ type }) => type === 'lost');
	grow.mockRestore();
	expect(lost).toMatchObject({ isTooLarge: true, message: expect.stringMatching(/^This needs more memory/) as string }); // prettier-ignore

	page.send({ type: 'keep' });
	await new Promise((done) => setTimeout(done));
	expect(storage.runs.get('tab/1')).toEqual(stored);

	const next = new FakePage(storage);
	await next.boot('wasm');
	const { header } = await next.ask({ type: 'restore', id: 'tab/1' }, 'opened');
	expect(header.step).toBe(2);
});
