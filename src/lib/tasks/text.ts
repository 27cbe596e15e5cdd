import type { Random } from '$lib/math/random';
import {
	showBytes,
	splitWords,
	tokenBytes,
	trainBytePairs,
	wordEncoderOf,
	type BytePairs
} from './bytePairs';
import type { Language, Task } from './task';
import { LARGEST_TEXT } from './textFile';

/** Most tokens the vocabulary of a text grows to. */
const TEXT_VOCABULARY = 512;
/** Fewest tokens that are worth learning from: four sequences of the usual length. */
const FEWEST_TOKENS = 128;
/** Words of a sequence shown as an example. */
const EXAMPLE_WORDS = 8;
/** Characters at the beginning of a text in which examples are looked for. */
const EXAMPLE_CHARACTERS = 10_000;

/** A task on a visitor's text. */
export interface TextTask extends Task, TextLanguage {
	/** Number of tokens in the whole text. */
	size: number;
}

/** The language of a text, without the text's own sequences. */
export interface TextLanguage extends Language {
	/** What the vocabulary is made of: `textLanguage` makes the same language of it. */
	merges: BytePairs['merges'];
	/** The exact bytes of some tokens; `decode` shows a cut character as �. */
	decodeBytes(tokens: ArrayLike<number>): Uint8Array<ArrayBuffer>;
}

/** Text to begin with, until a visitor brings their own. */
export const SAMPLE_TEXT = `The llama and the long letter

A llama in the hills once got a letter. It was long, so long that nobody could read it at one look.
"I will cut it into chunks," said the llama. "Inside a chunk I see every word. Beyond the chunk I see none."
So she read the first chunk, and the second chunk, and the third. But who had written the letter?
The name stood in the first chunk, and the first chunk was gone.
"Let me help," said the owl. "I see no order and no chunks, but I see everything at once."
"Then tell me one thing," said the llama. "Who wrote the letter?"
"The mole wrote the letter," said the owl, "and the mole asks you for tea."
From then on the llama read three times in chunks, and then she asked the owl once.
Eight friends came to tea, and each was good at one thing. One knew numbers, one knew names, one knew the weather.
"Who of you shall help me with this word?" asked the llama, and looked at each of them.
"The one who fits it best," said the mole. "One friend for every word, and one friend who helps with all of them."
So the llama, the owl, the mole and the eight friends read the long letter to its end.
At the end of the letter stood: "Now write back." And the llama wrote, one word after the other.
`;

/**
 * A task on a text of the visitor's own. Its vocabulary is built here: the 256 bytes, and byte pairs
 * learned from the text up to `TEXT_VOCABULARY` tokens. Sequences are windows of the text, drawn
 * evenly; a text shorter than a window goes on from its beginning. No law and no floor are known.
 *
 * @returns the task, or one sentence that says why the text will not do
 */
export function makeTextTask(text: string): { task: TextTask } | { problem: string } {
	if (text.trim() === '') return { problem: 'The text is empty: there is nothing to learn from.' };
	// A character counts at least one byte and at most three per UTF-16 unit.
	if (text.length > LARGEST_TEXT || new TextEncoder().encode(text).length > LARGEST_TEXT) {
		return { problem: 'The text is too long; at most 2 MB fit.' };
	}
	const words = splitWords(text);
	const pairs = trainBytePairs(words, TEXT_VOCABULARY);
	const corpus = tokensOf(words, wordEncoderOf(pairs));
	if (corpus.length < FEWEST_TOKENS) {
		const problem = `The text is too short to learn from: it has ${corpus.length} tokens, and ${FEWEST_TOKENS} are needed.`;
		return { problem };
	}
	return {
		task: {
			...textLanguage(pairs, text),
			size: corpus.length,
			sample: (random, length) => ({ tokens: windowOf(corpus, random, length), domain: null }),
			floor: () => null
		}
	};
}

/**
 * The language of a text whose byte pairs were learned before. Costs no more than its vocabulary,
 * however long the text is.
 */
export function textLanguage(pairs: BytePairs, text: string): TextLanguage {
	const encodeWord = wordEncoderOf(pairs);
	const bytes = tokenBytes(pairs);
	const decodeBytes = (tokens: ArrayLike<number>) =>
		joinBytes(Array.from(tokens, (id) => bytes[id] ?? new Uint8Array()));
	return {
		id: 'text',
		title: 'Your text',
		about: 'A text of your own, cut into the pieces that occur most often in it.',
		vocabulary: bytes.map(showBytes),
		domains: [],
		examples: examplesOf(text.slice(0, EXAMPLE_CHARACTERS)),
		merges: pairs.merges,
		encode: (source) => ({ tokens: tokensOf(splitWords(source), encodeWord), unknown: [] }),
		decode: (tokens) => new TextDecoder('utf-8', { ignoreBOM: true }).decode(decodeBytes(tokens)),
		decodeBytes,
		law: () => null
	};
}

function tokensOf(
	words: readonly string[],
	encodeWord: (word: string) => readonly number[]
): Int32Array<ArrayBuffer> {
	const rows = words.map(encodeWord);
	const tokens = new Int32Array(rows.reduce((sum, row) => sum + row.length, 0));
	let at = 0;
	for (const row of rows) {
		tokens.set(row, at);
		at += row.length;
	}
	return tokens;
}

function windowOf(corpus: Int32Array, random: Random, length: number): Int32Array<ArrayBuffer> {
	const start = random.integer(Math.max(1, corpus.length - length + 1));
	return Int32Array.from({ length }, (_, i) => corpus[(start + i) % corpus.length]!);
}

function joinBytes(rows: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
	const joined = new Uint8Array(rows.reduce((sum, row) => sum + row.length, 0));
	let at = 0;
	for (const row of rows) {
		joined.set(row, at);
		at += row.length;
	}
	return joined;
}

/** The openings of the first lines, as prompts. */
function examplesOf(text: string): { title: string; text: string }[] {
	const lines = text.split('\n').filter((line) => line.trim() !== '');
	return lines.slice(0, 3).map((line, i) => ({
		title: `Line ${i + 1}`,
		text: splitWords(line).slice(0, EXAMPLE_WORDS).join('')
	}));
}
