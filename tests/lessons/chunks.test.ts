import { describe, expect, test } from 'vitest';
import { attentionMask } from '$lib/math/attention';
import { readHfConfig } from '$lib/protocol/hfConfig';
import toyConfig from '../../static/toys/scout-toy/config.json';
import { load } from '../../src/routes/lessons/chunked-attention/+page.server';
import { billsOf, tokenBills } from '../../src/routes/lessons/chunked-attention/bills';
import { livingLink } from '../../src/routes/lessons/chunked-attention/livingLink';
import { readMask, writeMask } from '../../src/routes/lessons/chunked-attention/maskText';
import { numbersOf } from '../../src/routes/lessons/chunked-attention/numbers';
import recorded from '../../src/routes/lessons/chunked-attention/recorded.json';
import { wordsOf } from '../../src/routes/lessons/chunked-attention/words';

const numbers = numbersOf({
	stacks: recorded.stacks,
	needle: { chunked: [12, 9.5], open: [100, 99.9] }
});
const { config } = readHfConfig(toyConfig);

describe('the numbers of the lesson on chunked attention', () => {
	test('of the six tokens are counted from the masks', () => {
		expect(numbers.pairs).toEqual({ chunked: 12, sliding: 15, global: 21 });
		expect(numbers.behindWall).toEqual({ sees: 1, upTo: 4 });
	});

	test('of reach tell chunks, windows and one open layer apart', () => {
		expect(numbers.reach).toEqual({
			chunked: 8,
			manyChunked: 8,
			firstOfChunk: 1,
			sliding: 29,
			mixed: 64
		});
		expect(numbers.spread).toEqual([1, 8, 8, 8, 8]);
	});

	test('of Scout are the published sums', () => {
		const { pairsShare, gib, fullGib, ratio, layers, chunked } = numbers.scout;
		expect([layers, chunked]).toEqual([48, 36]);
		expect(pairsShare).toBeCloseTo(0.4375, 4);
		expect(gib).toBeCloseTo(481.125, 6);
		expect(fullGib).toBe(1920);
		expect(ratio).toBeCloseTo(3.99, 2);
	});

	test('of the decode show keys held in vain behind the wall and nowhere else', () => {
		const inVain = numbers.decode.filter(({ held, seen }) => held > 0 && seen === 0);
		expect(inVain.map(({ text }) => text)).toEqual(['unked']);
	});

	test('stand in the words', () => {
		const text = JSON.stringify(wordsOf(numbers));
		for (const figure of [
			'reach 29 of 64',
			'8 positions',
			'12 pairs',
			'0.44',
			'481',
			'1,920',
			'9.5 to 12.0 %'
		]) {
			expect(text).toContain(figure);
		}
		expect(text).not.toContain('NaN');
	});
});

describe('the bills', () => {
	const asked = { stack: 'cccg', chunk: 8, length: 10_485_760 };

	test('of the toy’s layers at the size of Scout are those of Scout', () => {
		const bills = billsOf(config, { ...asked, isScout: true });
		expect([bills.chunk, bills.layers]).toEqual([8192, 48]);
		expect(bills.groups[1]?.bars.map(({ text }) => text)).toEqual(['481.1 GiB', '1,920 GiB']);
	});

	test('of a token behind a wall count itself in a chunked layer, and all before it in an open one', () => {
		const { pairs, kept } = tokenBills(8, 8);
		expect(pairs.bars.map(({ value }) => value)).toEqual([1, 9]);
		expect(kept.bars.map(({ value }) => value)).toEqual([7, 9]);
	});

	test('follow layers and walls', () => {
		const open = billsOf(config, { ...asked, stack: 'gg', isScout: false });
		expect(open.groups[0]?.hint).toContain('1.000 of what');
		const short = billsOf(config, { ...asked, length: 4, isScout: false });
		expect(short.groups[1]?.hint).toContain('1.000 of what');
	});
});

describe('a drawn mask', () => {
	test('comes back from its text', () => {
		const mask = attentionMask(16, { kind: 'chunked', chunk: 5 });
		expect(writeMask(mask)).toMatch(/^[\w-]{23}$/);
		expect(readMask(writeMask(mask), 16)).toEqual(mask);
	});

	test('is none for a text of another length or with strange letters', () => {
		expect(readMask('AAAA', 16)).toBeNull();
		expect(readMask('%'.repeat(23), 16)).toBeNull();
	});

	test('never opens the future', () => {
		const all = readMask('_'.repeat(23), 16);
		expect(all).toEqual(attentionMask(16, { kind: 'global' }));
	});
});

describe('the link to the living model', () => {
	test('says what settings can say, and admits what they cannot', () => {
		expect(livingLink(config, 'cccg', 8)).toEqual({ query: '', isExact: true });
		expect(livingLink(config, 'cccc', 4)).toMatchObject({ isExact: true });
		expect(livingLink(config, 'cgcc', 8).isExact).toBe(false);
		expect(new URLSearchParams(livingLink(config, 'cgcg', 16).query).get('chunk')).toBe('16');
	});
});

describe('the recorded pass of the toy', () => {
	const { weights, tokens } = load().pass;

	test('has four layers whose queries give all of their attention, behind no wall', () => {
		expect(weights).toHaveLength(4);
		for (const [layer, pattern] of weights.entries()) {
			const { allowed } = attentionMask(
				tokens.length,
				layer === 3 ? { kind: 'global' } : { kind: 'chunked', chunk: 8 }
			);
			expect(pattern.filter((weight, pair) => weight > 0 && !allowed[pair])).toEqual([]);
			const last = pattern.slice(-tokens.length).reduce((sum, weight) => sum + weight, 0);
			expect(last).toBeCloseTo(1, 2);
		}
	});
});
