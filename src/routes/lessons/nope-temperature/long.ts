import { longContext } from '$lib/experiments/longContext';
import { attentionScale, type ScaleSettings } from '$lib/math/attention';
import { gapOfShare } from '$lib/math/haystack';
import { entropy, softmax } from '$lib/math/softmax';
import type { Numbers, Probed } from '$lib/protocol/trial';
import { GROWTHS, type Growth } from './state';

/** Lengths of text that the experiment measures at. */
export const LENGTHS = [31, 64, 128, 256, 512] as const;
/** The floor scale of the trained layer, and how fast each scale grows. */
const FLOOR = 32;
const GROWTH = { off: 0, tenth: 0.1, half: 0.5 } as const;

export const growthName = (growth: Growth): string =>
	growth === 'off' ? 'no scale' : `growth ${GROWTH[growth]}`;

/** The settings of the scale that grows so fast. */
export const scaleOf = (growth: Growth): ScaleSettings => ({
	attnScale: GROWTH[growth],
	floorScale: FLOOR
});

/** The measured length that lies nearest on a logarithmic axis. */
export const nearestLength = (to: number): number =>
	LENGTHS.reduce<number>(
		(best, one) => (Math.abs(Math.log(one / to)) < Math.abs(Math.log(best / to)) ? one : best),
		LENGTHS[0]
	);

/** What was measured at the end of a run, or null where it has not come to its end. */
export function finalOf(
	run: { arms: readonly { probed: readonly Probed[] }[] } | null | undefined
): Numbers | null {
	const last = run?.arms[0]?.probed.at(-1);
	return last?.step === longContext.steps ? last.numbers : null;
}

/** One kind of number over the lengths, a line per scale, as far as one growth. */
export function linesOf(
	what: 'weight' | 'accuracy' | 'entropy' | 'share',
	numbers: Numbers,
	upTo: Growth = 'half'
): { name: string; values: number[] }[] {
	return GROWTHS.slice(0, GROWTHS.indexOf(upTo) + 1).map((growth) => ({
		name: growthName(growth),
		values: LENGTHS.map((length) => numbers[`${what}.${length}.${growth}`] ?? NaN)
	}));
}

/** The lowest and the highest of a number over the recorded seeds. */
export function spreadOf(
	seeds: readonly { arms: readonly { probed: readonly Probed[] }[] }[],
	name: string
): [number, number] {
	const found = seeds.map((seed) => finalOf(seed)?.[name] ?? NaN);
	return [Math.min(...found), Math.max(...found)];
}

/** One question of the trained layer: what it scores each key, and what the scale makes of it. */
export interface Row {
	/** Where the needle lies. */
	place: number;
	/** Scores before any scale. */
	scores: ArrayLike<number>;
	weights: ArrayLike<number>;
	/** Weight of the needle before the scale. */
	before: number;
	/** The scale of the question's query. */
	scale: number;
	entropy: number;
}

/** The row of a question in a text of some length. Its straws score alike, to the digits that are kept. */
export function rowOf(numbers: Numbers, length: number, growth: Growth): Row | null {
	const of = (what: string) => numbers[`row.${length}.${what}`] ?? NaN;
	const place = of('place');
	if (Number.isNaN(place)) return null;
	const scores = new Float64Array(length).fill((of('hayLow') + of('hayHigh')) / 2);
	scores[place] = of('needle');
	scores[length - 1] = of('query');
	const scale = attentionScale(length - 1, scaleOf(growth));
	const weights = softmax(scores.map((score) => score * scale));
	const before = softmax(scores)[place] ?? NaN;
	return { place, scores, weights, before, scale, entropy: entropy(weights) };
}

/** The measured mean weights as points of the contest: above `ln n` where the needle has more than half. */
export function dotsOf(numbers: Numbers, growth: Growth): { hay: number; gap: number }[] {
	return LENGTHS.map((length) => {
		const share = numbers[`weight.${length}.${growth}`] ?? NaN;
		return { hay: length - 1, gap: gapOfShare(share, length - 1) };
	});
}
