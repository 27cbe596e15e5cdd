import { describe, expect, test } from 'vitest';
import { random } from '$lib/math/random';
import {
	showBytes,
	splitWords,
	tokenBytes,
	trainBytePairs,
	wordEncoderOf
} from '$lib/tasks/bytePairs';

const [A, B, C] = [97, 98, 99] as const;

/** Counts every pair afresh before each merge: slow and plain, to compare with. */
function plainMerges(words: readonly string[], vocabulary: number): [number, number][] {
	let rows = words.map((word) => Array.from(new TextEncoder().encode(word)));
	const merges: [number, number][] = [];
	while (256 + merges.length < vocabulary) {
		const counts = new Map<number, number>();
		for (const row of rows) {
			for (let i = 1; i < row.length; i++) {
				const pair = row[i - 1]! * vocabulary + row[i]!;
				counts.set(pair, (counts.get(pair) ?? 0) + 1);
			}
		}
		const [best] = [...counts].sort((a, b) => b[1] - a[1] || a[0] - b[0]);
		if (!best || best[1] < 3) break;
		const [first, second] = [Math.floor(best[0] / vocabulary), best[0] % vocabulary];
		const joined = 256 + merges.length;
		merges.push([first, second]);
		rows = rows.map((row) => {
			const next: number[] = [];
			for (let i = 0; i < row.length; i++) {
				const match = row[i] === first && row[i + 1] === second;
				next.push(match ? joined : row[i]!);
				if (match) i++;
			}
			return next;
		});
	}
	return merges;
}

describe('byte pairs', () => {
	test('join the most frequent pair first, and of equal ones the smaller', () => {
		// "ab" stands 4 times. Then "(ab)c" and "(ab)(ab)" once each: too rare to be joined.
		expect(trainBytePairs(['abc', 'ab', 'abab'], 300).merges).toEqual([[A, B]]);
		// "bc" and "ab" both stand 3 times.
		expect(trainBytePairs(['abc', 'abc', 'abc'], 300).merges).toEqual([
			[A, B],
			[256, C]
		]);
	});

	test('count overlapping pairs once they are joined', () => {
		// "aaaaa" has 4 pairs; joined it is (aa)(aa)a. Twice that is 2 pairs (aa)(aa): too few.
		expect(trainBytePairs(['aaaaa', 'aaaaa'], 300).merges).toEqual([[A, A]]);
	});

	test('stop at the vocabulary asked for', () => {
		expect(trainBytePairs(['abcabcabc', 'abcabc'], 257).merges).toEqual([[A, B]]);
		expect(trainBytePairs(['abcabcabc'], 256).merges).toEqual([]);
	});

	test('equal plain counting on texts of few letters, where pairs overlap most', () => {
		const source = random(1);
		for (let run = 0; run < 60; run++) {
			const letters = 1 + source.integer(3);
			const words = Array.from({ length: 1 + source.integer(30) }, () =>
				Array.from({ length: 1 + source.integer(12) }, () => 'abé'[source.integer(letters)]).join(
					''
				)
			);
			expect(trainBytePairs(words, 280).merges).toEqual(plainMerges(words, 280));
		}
	});

	test('encode a word by the merges in the order they were learned', () => {
		const encode = wordEncoderOf({
			merges: [
				[B, C],
				[A, 256],
				[A, B]
			]
		});
		expect(encode('abc')).toEqual([257]);
		expect(encode('abab')).toEqual([258, 258]);
		expect(encode('')).toEqual([]);
	});

	test('encode the words they learned from as training left them', () => {
		const words = splitWords(
			'the cat and the hat and the bat sat with the cat and the rat '.repeat(3)
		);
		const pairs = trainBytePairs(words, 320);
		const encode = wordEncoderOf(pairs);
		const bytes = tokenBytes(pairs);
		for (const word of words) {
			const spelled = encode(word).flatMap((id) => Array.from(bytes[id]!));
			expect(spelled).toEqual(Array.from(new TextEncoder().encode(word)));
		}
		expect(encode(' the')).toHaveLength(1);
	});

	test('take words with their space, and lose no character', () => {
		expect(splitWords('Hi there,  2026!\n\nÄpfel')).toEqual([
			...['Hi', ' there', ',', ' ', ' 202', '6', '!', '\n', '\n', 'Äpfel']
		]);
		const source = random(2);
		for (let run = 0; run < 300; run++) {
			const units = Array.from({ length: source.integer(60) }, () =>
				source.next() < 0.6 ? source.integer(0x80) : source.integer(0x10000)
			);
			const text = String.fromCharCode(...units);
			expect(splitWords(text).join('')).toBe(text);
		}
	});

	test('show whole characters as they are and cut ones as bytes', () => {
		expect(showBytes(new TextEncoder().encode(' né'))).toBe(' né');
		expect(showBytes(Uint8Array.of(0x20, 0xe2, 0x82))).toBe(' ⟨E2⟩⟨82⟩');
		expect(showBytes(Uint8Array.of(0xef, 0xbb, 0xbf))).toBe('\ufeff');
	});
});
