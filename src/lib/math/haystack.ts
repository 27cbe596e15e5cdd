/**
 * A needle in hay, on plain numbers: one key with the right score, `hay` others with lower scores, and a
 * query that looks at all of them. With equal hay the whole contest is two curves: the needle wins where
 * `scale · gap` lies above `ln hay`.
 */
import { attentionScale, attentionScope, firstVisible, type ScaleSettings } from './attention';
import type { ModelRules } from './rules';
import { sigmoid } from './softmax';

/** One needle among equal hay. */
export interface Haystack {
	/** Score of the needle minus the score of a straw, before any scale. */
	gap: number;
	/** Number of straws, n ≥ 1. The query is the last of them, so it stands at position n. */
	hay: number;
}

/** What the query's scale is there: 1 without settings. */
export function scaleAt({ hay }: Haystack, settings: ScaleSettings | null): number {
	return settings ? attentionScale(hay, settings) : 1;
}

/**
 * Logarithm of the needle's weight over the weight of all hay together: `scale · gap − ln n`. Above 0 the
 * needle has more than half of the attention.
 *
 * Source: the softmax written out; the same quantity as in Nakanishi 2025, arXiv:2501.19399.
 */
export function needleLogOdds(stack: Haystack, settings: ScaleSettings | null): number {
	return scaleAt(stack, settings) * stack.gap - Math.log(stack.hay);
}

/** The needle's share of the attention, 0 to 1. */
export function needleWeight(stack: Haystack, settings: ScaleSettings | null): number {
	return sigmoid(needleLogOdds(stack, settings));
}

/** Entropy of the query's attention over needle and hay, in nats: at most `ln(n + 1)`. */
export function haystackEntropy(stack: Haystack, settings: ScaleSettings | null): number {
	const needle = needleWeight(stack, settings);
	const hay = sigmoid(-needleLogOdds(stack, settings));
	const term = (weight: number, count: number) =>
		weight > 0 ? -weight * Math.log(weight / count) : 0;
	return term(needle, 1) + term(hay, stack.hay);
}

/**
 * The smallest hay with which the needle no longer has more than half of the attention, or null if it
 * still does at `most`.
 *
 * Within a step of the scale the needle only sinks, so each step is lost first at its end. From step to
 * step these ends sink to a lowest one and rise after it, if they rise at all.
 */
export function firstLoss(
	gap: number,
	settings: ScaleSettings | null,
	most: number
): number | null {
	const rules = settings ?? { attnScale: 0, floorScale: most + 2 };
	const { attnScale, floorScale } = rules;
	const lastOf = (step: number) => Math.min(most, (step + 1) * floorScale - 2);
	const oddsAt = (hay: number) => (hay < 1 ? Infinity : needleLogOdds({ gap, hay }, rules));
	const steps = Math.floor((most + 1) / floorScale);
	const growth = gap * attnScale;
	// Where the slope of the ends is 0, counted in steps.
	const turn = growth > 1 ? Math.floor((2 * growth) / ((growth - 1) * floorScale)) - 1 : steps;
	const inside = (step: number) => Math.min(steps, Math.max(0, step));
	const lowest = [turn, turn + 1, steps - 1, steps]
		.map(inside)
		.reduce((low, step) => (oddsAt(lastOf(step)) < oddsAt(lastOf(low)) ? step : low));
	if (oddsAt(lastOf(lowest)) > 0) return null;
	const step = firstWhere(0, lowest, (at) => oddsAt(lastOf(at)) <= 0);
	return firstWhere(step * floorScale - 1, lastOf(step), (hay) => oddsAt(hay) <= 0);
}

/** The first whole number from `low` to `high` of which `holds` is true, where it stays true after. */
function firstWhere(low: number, high: number, holds: (value: number) => boolean): number {
	while (low < high) {
		const middle = Math.floor((low + high) / 2);
		if (holds(middle)) high = middle;
		else low = middle + 1;
	}
	return low;
}

/** What a query meets in one layer. */
export interface LayerHay {
	layer: ModelRules['layers'][number];
	/** Keys that it sees, itself included. */
	keys: number;
	/** Its scale, or null where the layer has none. */
	scale: number | null;
	/** The share of a needle among those keys. */
	weight: number;
}

/**
 * The hay of one query layer by layer: chunked layers see their chunk, global ones everything, and the
 * scale is in NoPE layers alone.
 *
 * @param position of the query, from 0
 * @param gap score of the needle minus that of a straw, before any scale
 * @param isEverywhere puts the scale in all layers, as Llama 4 does not
 */
export function hayByLayer(
	rules: Pick<ModelRules, 'layers' | 'chunk' | 'attentionScale'>,
	position: number,
	gap: number,
	isEverywhere = false
): LayerHay[] {
	return rules.layers.map((layer) => {
		const keys = position - firstVisible(position, attentionScope(layer.scope, rules.chunk)) + 1;
		const isScaled = isEverywhere || layer.positions === 'nope';
		const scale =
			isScaled && rules.attentionScale ? attentionScale(position, rules.attentionScale) : null;
		return { layer, keys, scale, weight: sigmoid((scale ?? 1) * gap - Math.log(keys - 1)) };
	});
}

/** The gap that a measured share of attention stands for: the share's log-odds plus `ln n`. */
export function gapOfShare(share: number, hay: number): number {
	return Math.log(share / (1 - share)) + Math.log(hay);
}

/**
 * The gap that equal hay would need to give the needle the weight it has here: its score minus the
 * logarithm of the mean power of all others. Exact for any scores: the needle's log-odds are this gap
 * minus `ln n`.
 *
 * @param needle index of the right key
 * @throws RangeError if there is no such key, or no other
 */
export function equalGap(scores: ArrayLike<number>, needle: number): number {
	const score = scores[needle];
	if (score === undefined || scores.length < 2) {
		throw new RangeError(`expected a key ${needle} and others, got ${scores.length} scores`);
	}
	let largest = -Infinity;
	for (let i = 0; i < scores.length; i++) {
		if (i !== needle) largest = Math.max(largest, scores[i] ?? 0);
	}
	let sum = 0;
	for (let i = 0; i < scores.length; i++) {
		if (i !== needle) sum += Math.exp((scores[i] ?? 0) - largest);
	}
	return score - largest - Math.log(sum / (scores.length - 1));
}
