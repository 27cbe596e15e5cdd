import { describe, expect, test } from 'vitest';
import { random } from '$lib/math/random';
import { wordDecoder, wordEncoder } from '$lib/tasks/words';

const VOCABULARY = [
	'\n',
	'Turn',
	' turn',
	' ch',
	'unk',
	'3',
	'12',
	' + ',
	' // ',
	',',
	'?',
	' Oslo'
];
const encode = wordEncoder(VOCABULARY, new Set([4]));
const decode = wordDecoder(VOCABULARY);
const texts = (text: string) => Array.from(encode(text).tokens, (id) => VOCABULARY[id]);

describe('the word encoder', () => {
	test('reads what the decoder wrote', () => {
		const text = 'Turn chunk, turn Oslo?\n3 + 12 // 3\n';
		expect(encode(text).unknown).toEqual([]);
		expect(decode(encode(text).tokens)).toBe(text);
	});

	test('forgives case, and missing or surplus spaces', () => {
		expect(texts('turn  OSLO ,CHUNK')).toEqual(['Turn', ' Oslo', ',', ' ch', 'unk']);
		expect(texts('3+12//3')).toEqual(['3', ' + ', '12', ' // ', '3']);
	});

	test('takes the form for the start of a line at the start of each line', () => {
		expect(texts('turn turn\r\nturn')).toEqual(['Turn', ' turn', '\n', 'Turn']);
	});

	test('reports what it does not know, in order, and reads the rest', () => {
		const { tokens, unknown } = encode('Turn 🦙 to Oslo, 123 it’s unk!');
		expect(unknown).toEqual(['🦙', 'to', '123', 'it’s', 'unk', '!']);
		expect(decode(tokens)).toBe('Turn Oslo,');
	});

	test('answers any text, with tokens of the vocabulary only', () => {
		const source = random(3);
		for (let run = 0; run < 300; run++) {
			const units = Array.from({ length: source.integer(40) }, () =>
				source.next() < 0.5 ? source.integer(0x80) : source.integer(0x10000)
			);
			const { tokens } = encode(String.fromCharCode(...units));
			expect(Array.from(tokens).every((id) => id >= 0 && id < VOCABULARY.length)).toBe(true);
		}
		expect(encode('a'.repeat(200_000)).unknown).toHaveLength(1);
	});

	test('loses nothing of any row of tokens that starts its lines as texts do', () => {
		const source = random(4);
		for (let run = 0; run < 200; run++) {
			const row = [1];
			while (row.length < 20) {
				const next = [2, 7, 8, 9, 10, 11][source.integer(6)]!;
				row.push(...(source.next() < 0.2 ? [0, 1] : source.next() < 0.2 ? [3, 4] : [next]));
			}
			expect(Array.from(encode(decode(row)).tokens)).toEqual(row);
		}
	});
});
