/*
 * Byte pairs: a vocabulary that starts with the 256 bytes and grows by joining the pair of
 * neighbours seen most often, again and again. Any text can be written in it, for bytes are enough.
 *
 * Source: Sennrich, Haddow, Birch 2016, arXiv:1508.07909 (the merges); Radford et al. 2019, GPT-2
 * (bytes as the base, merges inside words only).
 */

/** The 256 tokens that every vocabulary has: token id = byte. */
const BYTES = 256;
/** A pair seen less often is not joined: its token would be too rare to learn. */
const FEWEST_TIMES = 3;

export interface BytePairs {
	/** The pair of tokens that token 256 + i joins. */
	merges: readonly (readonly [number, number])[];
}

/**
 * Words with the space before them, numbers of up to three digits, signs, and gaps. No word is longer
 * than 24 characters, so that text without spaces is as fast as any other.
 */
const WORDS = / ?[\p{L}\p{M}]{1,24}| ?\p{N}{1,3}| ?[^\s\p{L}\p{M}\p{N}]{1,24}|\s{1,24}(?!\S)|\s/gu;

/** Cuts a text into words; joined they give it back. Merges never cross from one to the next. */
export function splitWords(text: string): readonly string[] {
	return text.match(WORDS) ?? [];
}

/** Different words of a text as rows of tokens, and how often each occurs. */
interface WordRows {
	/** All words one after another, shrinking as pairs are joined. */
	tokens: Int16Array;
	/** Where each word begins and ends in `tokens`. */
	starts: Int32Array;
	ends: Int32Array;
	counts: Int32Array;
}

function countWords(words: readonly string[]): WordRows {
	const occurrences = new Map<string, number>();
	for (const word of words) occurrences.set(word, (occurrences.get(word) ?? 0) + 1);
	const encoder = new TextEncoder();
	const rows = Array.from(occurrences.keys(), (word) => encoder.encode(word));
	const starts = new Int32Array(rows.length);
	const ends = new Int32Array(rows.length);
	let size = 0;
	rows.forEach((row, w) => {
		starts[w] = size;
		size += row.length;
		ends[w] = size;
	});
	const tokens = new Int16Array(size);
	rows.forEach((row, w) => tokens.set(row, starts[w]));
	return { tokens, starts, ends, counts: Int32Array.from(occurrences.values()) };
}

/**
 * Learns byte pairs from words. The most frequent pair is joined first; of equal ones the one with
 * the smaller ids. It stops when the vocabulary is full or no pair occurs three times.
 *
 * @param words as `splitWords` gives them
 * @param vocabulary number of tokens aimed at, from 256 on
 */
export function trainBytePairs(words: readonly string[], vocabulary: number): BytePairs {
	const rows = countWords(words);
	// How often each pair of tokens stands side by side, at [first · vocabulary + second].
	const pairs = new Int32Array(vocabulary * vocabulary);
	rows.counts.forEach((count, w) => {
		for (let i = rows.starts[w]! + 1; i < rows.ends[w]!; i++) {
			const at = rows.tokens[i - 1]! * vocabulary + rows.tokens[i]!;
			pairs[at] = pairs[at]! + count;
		}
	});
	const merges: [number, number][] = [];
	while (BYTES + merges.length < vocabulary) {
		const best = likeliest(pairs, BYTES + merges.length, vocabulary);
		if (pairs[best]! < FEWEST_TIMES) break;
		const pair: [number, number] = [Math.floor(best / vocabulary), best % vocabulary];
		merge(rows, pairs, vocabulary, pair, BYTES + merges.length);
		merges.push(pair);
	}
	return { merges };
}

/** The first index with the highest count, among pairs of the tokens known so far. */
function likeliest(pairs: Int32Array, known: number, vocabulary: number): number {
	let best = 0;
	for (let first = 0; first < known; first++) {
		for (let at = first * vocabulary; at < first * vocabulary + known; at++) {
			if (pairs[at]! > pairs[best]!) best = at;
		}
	}
	return best;
}

/** Joins a pair everywhere, closing the gaps, and keeps the counts of pairs true. */
function merge(
	{ tokens, starts, ends, counts }: WordRows,
	pairs: Int32Array,
	vocabulary: number,
	[first, second]: readonly [number, number],
	joined: number
): void {
	for (let w = 0; w < starts.length; w++) {
		const start = starts[w]!;
		const end = ends[w]!;
		const count = counts[w]!;
		const change = (a: number, b: number, by: number) => {
			pairs[a * vocabulary + b] = pairs[a * vocabulary + b]! + by;
		};
		let write = start;
		for (let read = start; read < end; read++) {
			if (tokens[read] !== first || read + 1 >= end || tokens[read + 1] !== second) {
				tokens[write++] = tokens[read]!;
				continue;
			}
			change(first, second, -count);
			if (write > start) {
				change(tokens[write - 1]!, first, -count);
				change(tokens[write - 1]!, joined, count);
			}
			if (read + 2 < end) {
				change(second, tokens[read + 2]!, -count);
				change(joined, tokens[read + 2]!, count);
			}
			tokens[write++] = joined;
			read++;
		}
		ends[w] = write;
	}
}

/** An encoder for words: their tokens, by applying the merges in the order they were learned. */
export function wordEncoderOf({ merges }: BytePairs): (word: string) => readonly number[] {
	const vocabulary = BYTES + merges.length;
	const joined = new Int16Array(vocabulary * vocabulary);
	merges.forEach(([a, b], i) => (joined[a * vocabulary + b] = BYTES + i));
	const encoder = new TextEncoder();
	const known = new Map<string, readonly number[]>();

	function encodeWord(word: string): number[] {
		let tokens = Array.from(encoder.encode(word));
		for (;;) {
			let next = vocabulary;
			for (let i = 1; i < tokens.length; i++) {
				const found = joined[tokens[i - 1]! * vocabulary + tokens[i]!]!;
				if (found > 0 && found < next) next = found;
			}
			if (next === vocabulary) return tokens;
			tokens = joinPair(tokens, merges[next - BYTES]!, next);
		}
	}
	return (word) => {
		const old = known.get(word);
		if (old) return old;
		const tokens = encodeWord(word);
		known.set(word, tokens);
		return tokens;
	};
}

function joinPair(
	tokens: readonly number[],
	[first, second]: readonly [number, number],
	joined: number
): number[] {
	const out: number[] = [];
	for (let i = 0; i < tokens.length; i++) {
		if (tokens[i] === first && tokens[i + 1] === second) {
			out.push(joined);
			i++;
		} else {
			out.push(tokens[i]!);
		}
	}
	return out;
}

/** The bytes that each token stands for, by id. */
export function tokenBytes({ merges }: BytePairs): readonly Uint8Array[] {
	const bytes = Array.from({ length: BYTES }, (_, byte) => Uint8Array.of(byte));
	for (const [a, b] of merges) bytes.push(Uint8Array.of(...bytes[a]!, ...bytes[b]!));
	return bytes;
}

/**
 * The text of some bytes as a reader may see it: whole characters as they are; where a character is
 * cut, every byte above 7F in angle brackets, such as ⟨E2⟩.
 */
export function showBytes(bytes: Uint8Array): string {
	try {
		return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
	} catch {
		return Array.from(bytes, (byte) =>
			byte < 0x80 ? String.fromCharCode(byte) : `⟨${byte.toString(16).toUpperCase()}⟩`
		).join('');
	}
}
