import { render } from 'svelte/server';
import { describe, expect, test } from 'vitest';
import { SCOUT } from '$lib/llama4/cards';
import { attentionScale } from '$lib/math/attention';
import HayByLayer from '$lib/views/HayByLayer.svelte';
import {
	contestParts,
	contestTable,
	keysTable,
	rowTable,
	scaleParts,
	scaleTable
} from '$lib/views/haystackWords';
import KeyWeights from '$lib/views/KeyWeights.svelte';
import NeedleBar from '$lib/views/NeedleBar.svelte';
import NeedleCurves from '$lib/views/NeedleCurves.svelte';
import { positionTicks, shortCount, stairsOf } from '$lib/views/stairs';
import TemperatureCurve from '$lib/views/TemperatureCurve.svelte';
import WeightBars from '$lib/views/WeightBars.svelte';

const TOY = { attnScale: 0.1, floorScale: 32 };
const LLAMA4 = { attnScale: 0.1, floorScale: 8192 };

describe('the staircase', () => {
	test('has its first corner where the scale first rises, and is flat before', () => {
		const corners = stairsOf(TOY, 1, 512);
		expect(corners.slice(0, 3)).toEqual([
			[1, 1],
			[31, 1],
			[31, attentionScale(31, TOY)]
		]);
		expect(corners.at(-1)).toEqual([512, attentionScale(512, TOY)]);
	});

	test('stays drawable over ten million positions, and every corner lies on it', () => {
		const corners = stairsOf({ attnScale: 2, floorScale: 1 }, 1, 10_485_760);
		expect(corners.length).toBeLessThan(2500);
		for (const [position, scale] of corners.filter((_, i) => i % 2 === 0)) {
			expect(scale).toBe(attentionScale(position, { attnScale: 2, floorScale: 1 }));
		}
	});

	test('tells in words where it is 1 and what it reaches', () => {
		const { body } = render(TemperatureCurve, {
			props: { settings: LLAMA4, position: 8191, last: 10_485_760 }
		});
		expect(body).toContain(
			'1 up to position 8,190, 1.069 at position 8,191, 1.716 at position 10,485,760.'
		);
		expect(body).toContain('s = 1.069');
	});

	test('stands where nothing is scaled, and where the floor is 1', () => {
		for (const settings of [
			{ attnScale: 0, floorScale: 32 },
			{ attnScale: 2, floorScale: 1 }
		]) {
			const { body } = render(TemperatureCurve, { props: { settings, position: 0, last: 512 } });
			expect(body).not.toContain('NaN');
		}
	});

	test('has round marks', () => {
		expect(positionTicks(512)).toEqual([1, 4, 16, 64, 256]);
		expect(positionTicks(10_485_760).map(shortCount)).toEqual(
			['1', '10', '100', '1,000', '10k', '100k', '1M', '10M'] // prettier-ignore
		);
	});
});

describe('the contest', () => {
	test('tells both curves, the share, and where the needle first loses', () => {
		const { body } = render(NeedleCurves, {
			props: { gap: 4, hay: 512, settings: null, last: 512 }
		});
		expect(body).toContain('the scaled gap is 4.00 and ln n is 6.24');
		expect(body).toContain('the needle has 9.6 % of the attention');
		expect(body).toContain('no more than half with 55 straws');
	});

	test.each([
		{ gap: 0, hay: 1, settings: { attnScale: 0, floorScale: 1 } },
		{ gap: -2, hay: 512, settings: TOY },
		{ gap: 12, hay: 10_485_760, settings: { attnScale: 2, floorScale: 1 } }
	])('stands for gap $gap and $hay straws', ({ gap, hay, settings }) => {
		const last = Math.max(512, hay);
		const { body } = render(NeedleCurves, { props: { gap, hay, settings, last } });
		expect(body).not.toMatch(/NaN|Infinity/);
	});

	test('as a table has the same numbers', () => {
		const { rows } = contestTable({ gap: 10, hay: 10_485_760 }, LLAMA4, [1]);
		expect(rows.at(-1)).toEqual(['10,485,760', '1.7155', '17.155', '16.166', '73 %', '4.964']);
	});

	test('shows needle, entropy and the longer query', () => {
		const props = { weight: 0.25, entropy: 5, hay: 512, scale: 1.5, before: 0.1 };
		const { body } = render(NeedleBar, { props });
		expect(body.replace(/<!--.*?-->/g, '')).toContain(
			'all 512 straws: 75 %; without scale the needle had 10 %'
		);
		expect(body).toContain('× 1.500');
		expect(body).toContain('ln 513 = 6.24');
	});
});

describe('bars', () => {
	test('of single keys tell the needle’s share', () => {
		const { body } = render(KeyWeights, { props: { weights: [0.25, 0.5, 0.25], needles: [1] } });
		expect(body).toContain('Weights of 3 keys. The needle has 50 %, all others together 50 %.');
	});

	test('of named keys show score, weight and what it was', () => {
		const bars = [{ name: 'right', score: -3, weight: 0.4, before: 0.3, isNeedle: true }];
		const { body } = render(WeightBars, { props: { bars, label: 'Keys' } });
		expect(body.replace(/<!--.*?-->/g, '')).toMatch(/right.*−3\.00.*before: 30 %.*40 %/s);
	});

	test('of layers grow in NoPE layers only', () => {
		const props = {
			rules: SCOUT.text.value,
			count: 4,
			position: 10_000,
			last: 10_485_760,
			gap: 10
		};
		const text = render(HayByLayer, { props }).body.replace(/<[^>]*>/g, ' ');
		expect(text.match(/1,809 keys/g)).toHaveLength(3);
		expect(text).toMatch(/NoPE layer.*10,001 keys.*s = 1\.069.*needle 81 %/);
		const { body } = render(HayByLayer, { props: { ...props, isEverywhere: true } });
		expect(body.match(/s = 1\.069/g)).toHaveLength(4);
	});
});

describe('tables and formula', () => {
	test('the share is filled in with both curves, each of which it can light up', () => {
		const parts = contestParts({ gap: 4, hay: 512 }, null);
		const text = parts.map((part) => part.text).join(' ');
		expect(text).toBe('needle = 1 / (1 + exp(ln n − gap)) = 1 / (1 + exp( 6.24 − 4.00 )) = 9.6 %');
		expect(parts.flatMap(({ symbol }) => symbol ?? [])).toEqual(['crowd', 'pull', 'weight']);
	});

	test('a measured row has a line for needle, straws and question', () => {
		const { rows } = rowTable({ place: 0, scores: [2, -1, 0], weights: [0.8, 0.05, 0.15] });
		expect(rows).toEqual([
			['0', 'needle', '2.000', '0.80000'],
			['the other 1', 'straw', '−1.000', '0.05000'],
			['2', 'the question itself', '0.000', '0.15000']
		]);
	});

	test('a table of keys holds every weight, equal ones in one row', () => {
		expect(keysTable(16, 5, 0.6).rows).toEqual([
			['0 to 4', 'straw', '0.025000'],
			['5', 'needle', '0.600000'],
			['6 to 16', 'straw; the last is the query', '0.025000']
		]);
		expect(keysTable(1, 0, 0.5).rows.map(([keys]) => keys)).toEqual(['0', '1']);
	});

	test('the scale is told by position, none before 0', () => {
		expect(scaleTable({ attnScale: 0.1, floorScale: 1 }, [-1, 0]).rows).toEqual([
			['0', '1', '1.0693']
		]);
	});

	test('the formula is filled in with the floor', () => {
		const text = scaleParts(LLAMA4, 131_071).map((part) => part.text);
		expect(text.join(' ')).toBe(
			's = 1 + 0.1 · ln(1 + ⌊( 131,071 + 1) / 8,192 ⌋) = 1 + 0.1 · ln(1 + 16 ) = 1.2833'
		);
	});
});
