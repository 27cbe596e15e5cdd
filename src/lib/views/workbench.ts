import type { ModelConfig } from '$lib/protocol/config';
import type { Trace } from '$lib/protocol/trace';
import { finalRowsOf, headRowsOf, rowsOf, streamsOf, type Rows } from './pass';
import { MOMENT } from './story';

/** A vector per token that a moment works on, with its name. */
export interface Worked {
	name: string;
	rows: Rows;
}

/** The vectors that a moment reads and writes, at most two, as far as the trace holds them. */
export function workedOn(
	trace: Trace,
	config: ModelConfig,
	{ layer, head }: { layer: number; head: number },
	moment: number
): Worked[] {
	const pairs = pairsOf(trace, config, { layer, head }, moment);
	return pairs.flatMap(([name, rows]) => (rows ? [{ name, rows }] : []));
}

type Pair = [name: string, rows: Rows | null];

function pairsOf(
	trace: Trace,
	config: ModelConfig,
	place: { layer: number; head: number },
	moment: number
): Pair[] {
	const { layer } = place;
	const isDense = config.layers[layer]?.feedForward === 'dense';
	switch (moment) {
		case MOMENT.norm:
			return [
				['stream x', streamsOf(trace, config.layers.length)[layer] ?? null],
				['normed x̂', rowsOf(trace, 'attention.norm', layer)]
			];
		case MOMENT.queries:
		case MOMENT.scale:
		case MOMENT.scores:
			return headPairs(trace, config, place, moment > MOMENT.queries);
		case MOMENT.mix:
			return [
				['mix', rowsOf(trace, 'attention.out', layer)],
				['x + mix', rowsOf(trace, 'residual.mid', layer)]
			];
		case MOMENT.experts:
			return [
				['answer', rowsOf(trace, isDense ? 'dense.out' : 'experts.out', layer)],
				['x + answer', rowsOf(trace, 'residual.out', layer)]
			];
		default:
			return [
				['stream x', rowsOf(trace, 'residual.mid', layer)],
				['normed x̂', rowsOf(trace, 'feedForward.norm', layer)]
			];
	}
}

/** Query and key of a head, as projected or as they enter the score. */
function headPairs(
	trace: Trace,
	{ headWidth, heads, kvHeads }: ModelConfig,
	{ layer, head }: { layer: number; head: number },
	isFinal: boolean
): Pair[] {
	const kvHead = Math.floor((head * kvHeads) / heads);
	return [
		[
			'query q',
			isFinal
				? finalRowsOf(trace, 'attention.qFinal', layer, head)
				: headRowsOf(trace, 'attention.q', { layer, head, headWidth })
		],
		[
			'key k',
			isFinal
				? finalRowsOf(trace, 'attention.kFinal', layer, kvHead)
				: headRowsOf(trace, 'attention.k', { layer, head: kvHead, headWidth })
		]
	];
}
