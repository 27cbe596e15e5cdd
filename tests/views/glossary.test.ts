import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { entryOf, GLOSSARY } from '$lib/views/glossary';

/** The rows of the first table of the document. */
function documented(): string[][] {
	const [words = ''] = readFileSync('docs/glossary.md', 'utf8').split('## Letters');
	const rows = words.split('\n').filter((line) => line.startsWith('|'));
	return rows.slice(2).map((row) =>
		row
			.slice(1, -1)
			.split('|')
			.map((cell) => cell.trim())
	);
}

/** Every `[[term]]` in the words of the lessons, with its file. */
function used(): { term: string; file: string }[] {
	const files = readdirSync('src/routes/lessons', { recursive: true, encoding: 'utf8' });
	return files
		.filter((file) => /\.(ts|svelte)$/.test(file) && file !== 'words.ts' && file !== 'prose.ts')
		.flatMap((file) => {
			const text = readFileSync(join('src/routes/lessons', file), 'utf8');
			const found = text.matchAll(/\[\[([a-zA-Z][^\]|]*)(?:\|[^\]]+)?\]\]/g);
			return [...found].map(([, term]) => ({ term: term ?? '', file }));
		});
}

describe('the glossary', () => {
	test('says the same in the document and in the pages', () => {
		const rows = GLOSSARY.map(({ names, meaning, code }) => [names.join(', '), meaning, code]);
		expect(documented()).toEqual(rows);
	});

	test('has every term that a lesson opens', () => {
		const unknown = used().filter(({ term }) => !entryOf(term));
		expect(unknown).toEqual([]);
		expect(used().length).toBeGreaterThan(0);
	});

	test('explains each word once', () => {
		const names = GLOSSARY.flatMap((entry) => entry.names.map((name) => name.toLowerCase()));
		expect(new Set(names).size).toBe(names.length);
	});
});
