import { deleteDB } from 'idb';
import { afterEach, expect, test } from 'vitest';
import { openStorage } from '$lib/engine/storage';
import { CHECKPOINT_VERSION, type Checkpoint } from '$lib/protocol/checkpoint';
import { opened } from '../lab/fakeEngine';

const NAME = 'llamascope-test';
afterEach(() => deleteDB(NAME));

function checkpoint(savedAt: number, version = CHECKPOINT_VERSION): Checkpoint {
	const numbers = [{ shape: [2], data: Float32Array.of(savedAt, -0) }];
	const { header } = opened(savedAt);
	return { version, savedAt, header, params: numbers, optimizer: numbers };
}

test('a stored run is read as it was written, bit for bit', async () => {
	const storage = await openStorage(NAME);
	expect(await storage.write({ tab: 'a', page: 2 }, checkpoint(7))).toBe('a/2');
	expect(await storage.read('a/2')).toEqual(checkpoint(7));
	expect(await storage.read('a/3')).toBeNull();
});

test('the newest eight runs stay, newest first', async () => {
	const storage = await openStorage(NAME);
	for (let page = 1; page <= 10; page++) await storage.write({ tab: 'a', page }, checkpoint(page));
	await storage.write({ tab: 'a', page: 5 }, checkpoint(50));
	const entries = await storage.list();
	expect(entries.map(({ page }) => page)).toEqual([5, 10, 9, 8, 7, 6, 4, 3]);
	expect(await storage.read('a/1')).toBeNull();
});

test('a run of another version is neither listed nor read', async () => {
	const storage = await openStorage(NAME);
	await storage.write({ tab: 'a', page: 1 }, checkpoint(1, CHECKPOINT_VERSION + 1));
	expect(await storage.list()).toEqual([]);
	expect(await storage.read('a/1')).toBeNull();
});

test('a write that fails leaves the earlier run whole', async () => {
	const storage = await openStorage(NAME);
	await storage.write({ tab: 'a', page: 1 }, checkpoint(1));
	const bad = { ...checkpoint(2), params: [{ shape: [1], data: () => 0 }] };
	const broken = bad as unknown as Checkpoint;
	await expect(storage.write({ tab: 'a', page: 1 }, broken)).rejects.toThrow();
	expect(await storage.read('a/1')).toEqual(checkpoint(1));
});
