import { describe, expect, test } from 'vitest';
import { INITIAL_SETTINGS } from '$lib/protocol/settings';
import { changedFrom, isOfLink, readLink, writeLink } from '../../src/routes/link';

const BOUNDS = { layers: 4, heads: 4, moments: 8 };
const read = (query: string) => readLink(new URLSearchParams(query), BOUNDS);

describe('a link to the home page', () => {
	test('that says nothing opens the trained toy at the end of its first layer', () => {
		const { link, notes } = read('');
		expect(notes).toEqual([]);
		expect(link).toMatchObject({ model: 'scout-toy', changed: {}, prompt: null });
		expect(link).toMatchObject({ layer: 0, head: 0, moment: 7, lookChunk: null });
	});

	test('comes back the same after being written', () => {
		const query = 'model=fresh&chunk=4&topk=2&prompt=3+%2B+4+%3D&look=3&layer=4&head=2&step=3';
		const { link, notes } = read(query);
		expect(notes).toEqual([]);
		expect(link.changed).toEqual({ chunk: 4, topK: 2 });
		expect(read(writeLink(link, 8).toString()).link).toEqual(link);
	});

	test('says only what differs from the start', () => {
		expect(writeLink(read('').link, 8).toString()).toBe('');
		expect(changedFrom(INITIAL_SETTINGS, { ...INITIAL_SETTINGS, chunk: 3 })).toEqual({ chunk: 3 });
	});

	test('that is broken goes to the nearest valid value and says so', () => {
		const { link, notes } = read('model=gpt&layer=99&step=-1&head=x&chunk=1e9&shape=round');
		expect(link).toMatchObject({ model: 'scout-toy', layer: 3, moment: 0, head: 0 });
		expect(link.changed.chunk).toBe(512);
		expect(notes).toHaveLength(6);
		expect(notes.join(' ')).toContain('There is no model “gpt”');
	});

	test('cannot flood the page', () => {
		const { link, notes } = read(`prompt=${'x'.repeat(9000)}&model=${'y'.repeat(9000)}`);
		expect(link.prompt).toHaveLength(2000);
		expect(notes.join('').length).toBeLessThan(120);
	});
});

describe('a stored run', () => {
	const fresh = {
		name: 'new model',
		settings: { ...INITIAL_SETTINGS, chunk: 4 },
		source: { task: 'tales', text: null }
	};
	const toy = { ...fresh, name: 'scout-toy', settings: INITIAL_SETTINGS };

	test.each([
		['', true],
		['prompt=Once&layer=2', true],
		['model=fresh&chunk=4', true],
		['model=fresh&chunk=4&task=tales', true],
		['model=fresh', false],
		['model=fresh&chunk=5', false],
		['model=fresh&chunk=4&task=needle', false],
		['model=fresh&chunk=4&experts=2', false],
		['chunk=4', false],
		['model=maverick-toy', false]
	])('of a fresh model with chunk 4 is what the link "%s" means: %s', (query, expected) => {
		expect(isOfLink(fresh, read(query).link)).toBe(expected);
	});

	test('of a trained toy is what a link to the toy means, unless settings differ', () => {
		expect(isOfLink(toy, read('').link)).toBe(true);
		expect(isOfLink(toy, read('chunk=8').link)).toBe(true);
		expect(isOfLink(toy, read('chunk=4').link)).toBe(false);
		expect(isOfLink(toy, read('model=fresh').link)).toBe(false);
	});
});
