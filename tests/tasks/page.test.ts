import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { taskOf, TASK_IDS } from '$lib/tasks';

const page = readFileSync(fileURLToPath(new URL('../../docs/tasks.md', import.meta.url)), 'utf8');
/** The cells of the table row that begins with a name. */
const rows = new Map(
	page
		.split('\n')
		.filter((line) => line.startsWith('| '))
		.map((line) => line.split('|').map((cell) => cell.trim()))
		.map((cells) => [`${cells.length}: ${cells[1]!}`, cells] as const)
);

describe('docs/tasks.md', () => {
	test.each(TASK_IDS.filter((id) => id !== 'text'))('has the true figures of %s', (id) => {
		const task = taskOf(id);
		const [, , tokens, short, long] = rows.get(`7: ${id}`)!;
		expect(tokens).toBe(String(task.vocabulary.length));
		expect(short).toBe(task.floor(32)!.toFixed(4));
		expect(long).toBe(task.floor(64)!.toFixed(4));
	});

	test.each(taskOf('tales').domains)('shows a sequence that %s can begin with', (domain) => {
		const tales = taskOf('tales');
		const text = rows.get(`5: ${domain}`)![2]!;
		const { tokens, unknown } = tales.encode(`${text}\n`);
		expect(unknown).toEqual([]);
		expect(tales.decode(tokens)).toBe(`${text}\n`);
		expect(tales.law(tokens)).not.toBeNull();
	});
});
