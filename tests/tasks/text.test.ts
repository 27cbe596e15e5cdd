import { describe, expect, test } from 'vitest';
import { random } from '$lib/math/random';
import {
	makeTextTask,
	readTextFile,
	SAMPLE_TEXT,
	taskOf,
	textLanguage,
	type TextTask
} from '$lib/tasks';
import { LARGEST_TEXT } from '$lib/tasks/textFile';

function taskOn(text: string): TextTask {
	const result = makeTextTask(text);
	if ('problem' in result) throw new Error(result.problem);
	return result.task;
}
const utf8 = (text: string) => new TextEncoder().encode(text);
const SHORT = 'Drei Mäuse trinken Tee, und der Kater trinkt mit. 🦙 '.repeat(20);

describe('the task on a text', () => {
	const task = taskOn(SHORT);

	test('grows a vocabulary from the 256 bytes', () => {
		expect(task.vocabulary.length).toBeGreaterThan(256);
		expect(task.vocabulary[97]).toBe('a');
		expect(task.vocabulary[0xe2]).toBe('⟨E2⟩');
	});

	test('reads any text and gives it back, whether its characters are known or not', () => {
		const source = random(1);
		for (let run = 0; run < 300; run++) {
			const points = Array.from({ length: source.integer(50) }, () => {
				const point = source.next() < 0.5 ? source.integer(0x80) : source.integer(0x110000);
				return point >= 0xd800 && point < 0xe000 ? 0x20 : point;
			});
			const text = String.fromCodePoint(...points);
			const { tokens, unknown } = task.encode(text);
			expect(unknown).toEqual([]);
			expect(task.decode(tokens)).toBe(text);
			expect(task.decodeBytes(tokens)).toEqual(utf8(text));
		}
	});

	test('gives the exact bytes of any tokens', () => {
		const tokens = Array.from({ length: 256 }, (_, byte) => byte);
		expect(Array.from(task.decodeBytes(tokens))).toEqual(tokens);
	});

	test('draws windows of the text, the first and the last among them', () => {
		const tokens = task.encode(SHORT).tokens;
		expect(task.size).toBe(tokens.length);
		const length = tokens.length - 3;
		const source = random(1);
		const seen = new Set<number>();
		for (let run = 0; run < 100; run++) {
			const window = task.sample(source, length).tokens;
			const start = [0, 1, 2, 3].find((at) => window.every((token, i) => token === tokens[at + i]));
			expect(start).toBeDefined();
			seen.add(start!);
		}
		expect(seen.size).toBe(4);
	});

	test('goes on from the beginning where a text is shorter than the window', () => {
		const { tokens } = task.sample(random(1), task.size + 5);
		expect(tokens.slice(-5)).toEqual(tokens.slice(0, 5));
	});

	test('takes 2 MB within seconds, words or none', () => {
		const source = random(1);
		const letters = Array.from({ length: 10_000 }, () =>
			String.fromCharCode(0x4e00 + Math.floor(800 * source.next() ** 3))
		);
		const lines = Array.from(
			{ length: 50_000 },
			() => `the ${source.integer(9e9)} llamas of Oslo;`
		);
		const begun = process.cpuUsage();
		expect(taskOn(letters.join('').repeat(60)).vocabulary).toHaveLength(512);
		expect(taskOn(lines.join('\n')).vocabulary).toHaveLength(512);
		// Time of the processor: two texts of about 2 MB, about 1 s in all.
		expect(process.cpuUsage(begun).user / 1e6).toBeLessThan(5);
	}, 60_000);

	test('says in one sentence why a text will not do', () => {
		const problem = (text: string) => {
			const result = makeTextTask(text);
			return 'problem' in result ? result.problem : null;
		};
		expect(problem(' \n ')).toBe('The text is empty: there is nothing to learn from.');
		expect(problem('Hello!')).toBe(
			'The text is too short to learn from: it has 6 tokens, and 128 are needed.'
		);
		expect(problem('é'.repeat(LARGEST_TEXT / 2 + 1))).toBe(
			'The text is too long; at most 2 MB fit.'
		);
		expect(problem(SHORT)).toBeNull();
	});

	test('has no law and no floor', () => {
		expect(task.law([])).toBeNull();
		expect(task.floor(32)).toBeNull();
		expect(taskOf('text').floor(32)).toBeNull();
	});
});

describe('the language of a text', () => {
	test('is made again from the byte pairs alone', () => {
		const task = taskOf('text') as TextTask;
		const language = textLanguage({ merges: task.merges }, SAMPLE_TEXT);
		expect(language.vocabulary).toEqual(task.vocabulary);
		expect(language.examples).toEqual(task.examples);
		const prompt = 'The owl wrote back: ½ 羊駝.';
		expect(language.encode(prompt)).toEqual(task.encode(prompt));
		expect(language.decode(language.encode(prompt).tokens)).toBe(prompt);
	});
});

describe('a text file', () => {
	test('is read as UTF-8, with or without its mark', () => {
		expect(readTextFile(utf8('Grüße'))).toEqual({ text: 'Grüße', note: null });
		expect(readTextFile(utf8('\ufeffGrüße'))).toEqual({ text: 'Grüße', note: null });
	});

	test('is read as UTF-16 where its mark says so', () => {
		const text = '\ufeffGrüße 🦙';
		const utf16 = (little: boolean) => {
			const view = new DataView(new ArrayBuffer(2 * text.length));
			for (let i = 0; i < text.length; i++) view.setUint16(2 * i, text.charCodeAt(i), little);
			return new Uint8Array(view.buffer);
		};
		expect(readTextFile(utf16(true))).toEqual({ text: 'Grüße 🦙', note: null });
		expect(readTextFile(utf16(false))).toEqual({ text: 'Grüße 🦙', note: null });
	});

	test('that is not UTF-8 is read as Windows-1252, and says so', () => {
		expect(readTextFile(Uint8Array.of(0x47, 0x72, 0xfc, 0xdf, 0x65))).toEqual({
			text: 'Grüße',
			note: 'The file is not UTF-8, so it was read as Windows-1252.'
		});
	});

	test('keeps its rows as lines, quotes and all', () => {
		expect(readTextFile(utf8('name,place\r\n"Mia, the llama",Oslo\rTom,Rome'))).toEqual({
			text: 'name,place\n"Mia, the llama",Oslo\nTom,Rome',
			note: null
		});
	});

	test('is refused in one sentence when it is too large, binary or empty', () => {
		expect(readTextFile(new Uint8Array(LARGEST_TEXT + 1).fill(97))).toEqual({
			problem: 'The file has 2.01 MB; at most 2 MB fit.'
		});
		const binary = {
			problem: 'This file holds no plain text; save it as .txt or .csv and try again.'
		};
		expect(readTextFile(Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0, 0, 1, 2))).toEqual(binary);
		const source = random(1);
		expect(readTextFile(Uint8Array.from({ length: 500 }, () => source.integer(256)))).toEqual(
			binary
		);
		const empty = { problem: 'The file is empty: there is nothing to learn from.' };
		expect(readTextFile(new Uint8Array())).toEqual(empty);
		expect(readTextFile(utf8('\ufeff\r\n'))).toEqual(empty);
	});
});
