import { decodeStep, type AttentionScope, type Mask } from '$lib/math/attention';
import { reachCount, reachLadder } from '$lib/math/reach';
import { heldIn, HELD_WORDS } from '$lib/views/cacheRows';
import type { Numbers } from '$lib/views/table';
import { fixed, tokenText } from '$lib/views/words';

const named = (texts: readonly string[]) =>
	texts.map((text, position) => `${position} ${tokenText(text)}`);

/** Who sees whom, a row per query. Rows that are still covered say so. */
export function maskTable(
	texts: readonly string[],
	{ keys, allowed }: Mask,
	shows: (row: number) => boolean = () => true
): Numbers {
	const names = named(texts);
	return {
		caption: 'Which key each query sees',
		columns: ['query', ...names],
		rows: names.map((name, row) => [
			name,
			...names.map((_, key) => {
				if (!shows(row)) return 'covered';
				return allowed[row * keys + key] ? 'sees' : key > row ? 'future' : 'hidden';
			})
		])
	};
}

/** What the light has come to at each height of a ladder, from the output down. */
export function ladderTable(masks: readonly Mask[], query: number, depth: number): Numbers {
	const ladder = reachLadder(masks, query);
	const heights = ladder.toReversed().slice(0, depth + 1);
	return {
		caption: `Positions that the light of position ${query} has come to`,
		columns: ['height', 'positions', 'first', 'last'],
		rows: heights.map((row, height) => [
			height === 0 ? 'output' : `before layer ${masks.length - height + 1}`,
			String(reachCount(row)),
			String(row.indexOf(1)),
			String(row.lastIndexOf(1))
		])
	};
}

/** What each layer's cache holds while a position is written, the last layer first. */
export function cacheTable(
	texts: readonly string[],
	scopes: readonly AttentionScope[],
	position: number
): Numbers {
	const rows = scopes.map((scope, layer) => {
		const { keys, visible, kept } = decodeStep(position, scope);
		const held = heldIn(scope, position, texts.length).map((state) => HELD_WORDS[state]);
		return [`layer ${layer + 1}`, String(keys), String(visible), String(kept), ...held];
	});
	return {
		caption: `Caches while position ${position} is written`,
		columns: ['layer', 'at hand', 'seen', 'kept for the next', ...named(texts)],
		rows: rows.toReversed()
	};
}

/** The loss at each position, beside what it was before. */
export function lossTable(
	texts: readonly string[] | null,
	losses: readonly number[],
	before: readonly number[] | null
): Numbers {
	const known = (value: number | undefined) =>
		value === undefined || !Number.isFinite(value) ? '' : fixed(value, 3);
	return {
		caption: 'Loss by position, in nats',
		columns: ['position', 'loss', ...(before ? ['before the change'] : [])],
		rows: losses.map((loss, position) => [
			texts ? `${position} ${tokenText(texts[position])}` : String(position),
			known(loss),
			...(before ? [known(before[position])] : [])
		])
	};
}
