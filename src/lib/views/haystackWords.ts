import { attentionScale, type ScaleSettings } from '$lib/math/attention';
import {
	firstLoss,
	haystackEntropy,
	needleWeight,
	scaleAt,
	type Haystack
} from '$lib/math/haystack';
import type { Part } from './formula';
import type { Numbers } from './table';
import { fixed, percent } from './words';

const count = (value: number) => value.toLocaleString('en');

/** The contest of two curves in words, as far as `last` straws. */
export function contestWords(
	stack: Haystack,
	settings: ScaleSettings | null,
	last: number
): string {
	const { gap, hay } = stack;
	const scaled = fixed(gap * scaleAt(stack, settings), 2);
	const lost = firstLoss(gap, settings, last);
	return (
		`Two curves over the number of straws n. With ${count(hay)} ${hay === 1 ? 'straw' : 'straws'} the scaled gap is ${scaled} ` +
		`and ln n is ${fixed(Math.log(hay), 2)}: the needle has ${percent(needleWeight(stack, settings))} of the attention. ` +
		(lost === null
			? `It has more than half everywhere up to ${count(last)} straws.`
			: `It first has no more than half with ${count(lost)} straws.`)
	);
}

/** The contest as a table: a row per power of two or ten, and one for the hay at hand. */
export function contestTable(
	{ gap, hay }: Haystack,
	settings: ScaleSettings | null,
	ticks: readonly number[]
): Numbers {
	const rows = [...new Set([...ticks, hay])].sort((a, b) => a - b);
	return {
		caption: `A needle with gap ${fixed(gap, 1)} among n straws`,
		columns: ['straws n', 'scale s', 'gap · s', 'ln n', 'needle’s weight', 'entropy, nats'],
		rows: rows.map((straws) => {
			const stack = { gap, hay: straws };
			const scale = scaleAt(stack, settings);
			return [
				count(straws),
				fixed(scale, 4),
				fixed(gap * scale, 3),
				fixed(Math.log(straws), 3),
				percent(needleWeight(stack, settings)),
				fixed(haystackEntropy(stack, settings), 3)
			];
		})
	};
}

/** The attention of one query over equal hay as a table: straws that are alike share a row. */
export function keysTable(hay: number, needle: number, weight: number): Numbers {
	const straw = (1 - weight) / hay;
	const run = (from: number, to: number) =>
		from === to ? count(from) : `${count(from)} to ${count(to)}`;
	const rows = [
		...(needle > 0 ? [[run(0, needle - 1), 'straw', fixed(straw, 6)]] : []),
		[count(needle), 'needle', fixed(weight, 6)],
		[
			run(needle + 1, hay),
			needle + 1 < hay ? 'straw; the last is the query' : 'the query',
			fixed(straw, 6)
		]
	];
	return { caption: 'Weight of each key', columns: ['keys', 'what', 'weight of each'], rows };
}

/** The keys of a measured row as a table: straws that are alike share one. */
export function rowTable({
	place,
	scores,
	weights
}: {
	place: number;
	scores: ArrayLike<number>;
	weights: ArrayLike<number>;
}): Numbers {
	const last = scores.length - 1;
	const straw = place === 0 ? 1 : 0;
	const row = (keys: string, what: string, key: number) => [
		...[keys, what, fixed(scores[key] ?? NaN, 3), fixed(weights[key] ?? NaN, 5)]
	];
	return {
		caption: 'Score before any scale and weight of each key',
		columns: ['keys', 'what', 'score', 'weight of each'],
		rows: [
			row(count(place), 'needle', place),
			row(`the other ${count(last - 1)}`, 'straw', straw),
			row(count(last), 'the question itself', last)
		]
	};
}

/** The staircase as a table: the scale at some positions. */
export function scaleTable(settings: ScaleSettings, positions: readonly number[]): Numbers {
	return {
		caption: `Query scale with attn_scale ${settings.attnScale} and floor_scale ${count(settings.floorScale)}`,
		columns: ['position', 'floor', 'scale s'],
		rows: positions
			.filter((position) => position >= 0)
			.map((position) => [
				count(position),
				count(Math.floor((position + 1) / settings.floorScale)),
				fixed(attentionScale(position, settings), 4)
			])
	};
}

const sign = (text: string): Part => ({ text, kind: 'sign' });
const numberOf = (symbol: string, text: string): Part => ({ text, kind: 'number', symbol });

/** The formula of the scale, filled in for a position. */
export function scaleParts(settings: ScaleSettings, position: number): Part[] {
	const growth = numberOf('growth', String(settings.attnScale));
	return [
		sign('s = 1 +'),
		growth,
		sign('· ln(1 + ⌊('),
		numberOf('place', count(position)),
		sign('+ 1) /'),
		numberOf('floor', count(settings.floorScale)),
		sign('⌋) = 1 +'),
		growth,
		sign('· ln(1 +'),
		numberOf('place', count(Math.floor((position + 1) / settings.floorScale))),
		sign(') ='),
		numberOf('s', fixed(attentionScale(position, settings), 4))
	];
}

/** The formula of the needle's share, filled in. */
export function contestParts(stack: Haystack, settings: ScaleSettings | null): Part[] {
	return [
		sign(`needle = 1 / (1 + exp(ln n − gap${settings ? ' · s' : ''})) = 1 / (1 + exp(`),
		numberOf('crowd', fixed(Math.log(stack.hay), 2)),
		sign('−'),
		numberOf('pull', fixed(stack.gap * scaleAt(stack, settings), 2)),
		sign(')) ='),
		numberOf('weight', percent(needleWeight(stack, settings)))
	];
}
