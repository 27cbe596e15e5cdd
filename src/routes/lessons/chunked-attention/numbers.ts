import { attentionMask, decodeStep, visiblePairs, type AttentionScope } from '$lib/math/attention';
import { firstReached, reachCount, reachLadder } from '$lib/math/reach';
import { cacheBytes, type ModelSize } from '$lib/math/size';
import { stackMasks, stackScopes } from '$lib/math/stack';
import { SCOUT } from '$lib/llama4/cards';

/** The six tokens that the lesson begins with. */
export const SIX = {
	tokens: ['What', ' is', ' ch', 'unked', ' attention', '?'],
	chunk: 3,
	query: 3
};
/** The long row on which layers are stacked. */
export const LONG = { size: 64, chunk: 8, layers: 4, many: 40 };
/** Context at which the pairs of Scout are told. */
export const PAIRS_AT = 32_768;
/** Held-out sequences behind the loss at each position, recorded and live. */
export const SEQUENCES = 128;

const GIB = 2 ** 30;

/** How many inputs reach a position through a stack of layers. */
export function reachOf(stack: string, chunk: number, query: number): number {
	return query - firstReached(query, stackScopes(stack, chunk)) + 1;
}

/** Pairs that all layers compute over a context, as a share of what open layers alone would. */
function pairsShare({ layers, chunk }: ModelSize, length: number): number {
	const open = layers.length * visiblePairs(length, { kind: 'global' });
	return pairsOf({ layers, chunk }, length) / open;
}

/** Pairs of query and key that all layers compute over a context. */
export function pairsOf(
	{ layers, chunk }: Pick<ModelSize, 'layers' | 'chunk'>,
	length: number
): number {
	return layers.reduce((sum, { scope }) => sum + visiblePairs(length, scopeOf(scope, chunk)), 0);
}

const scopeOf = (kind: AttentionScope['kind'], chunk: number): AttentionScope =>
	kind === 'global' ? { kind } : { kind, chunk };

/** Positions of a Scout chunk for each position of the toy's. */
export const SCOUT_SCALE = 1024;

/**
 * The shape whose bills are told: the toy with the learner's layers and walls, or Scout with the same
 * layers over and over and walls 1,024 times as far apart, which for `cccg` and 8 is Scout itself.
 */
export function sizeOf(toy: ModelSize, isScout: boolean, stack: string, chunk: number): ModelSize {
	const size: ModelSize = isScout ? SCOUT.text.value : toy;
	const scopes = stackScopes(stack, chunk);
	const layers = Array.from({ length: isScout ? size.layers.length : stack.length }, (_, i) => ({
		scope: scopes[i % scopes.length]?.kind ?? 'global',
		feedForward: 'moe' as const
	}));
	return { ...size, layers, chunk: isScout ? chunk * SCOUT_SCALE : chunk };
}

/** Gibibytes of keys and values in bfloat16. */
export function cacheGib(size: ModelSize, length: number, isFull = false): number {
	return cacheBytes(size, length, 2, isFull) / GIB;
}

/** Everything that the words of this lesson count. */
export interface Numbers {
	/** Visible pairs of the six tokens. */
	pairs: Record<AttentionScope['kind'], number>;
	/** Tokens that the one behind the wall sees, and that are there up to its place. */
	behindWall: { sees: number; upTo: number };
	/** How many of 64 inputs reach the last output. */
	reach: {
		chunked: number;
		manyChunked: number;
		firstOfChunk: number;
		sliding: number;
		mixed: number;
	};
	/** Positions that the light has come to after each layer, from the output, chunked layers. */
	spread: number[];
	/** Per position of the six tokens: what a chunked and an open layer hold and see. */
	decode: { text: string; held: number; seen: number; open: number }[];
	scout: {
		layers: number;
		chunked: number;
		chunk: number;
		context: number;
		pairsShare: number;
		gib: number;
		fullGib: number;
		ratio: number;
	};
	/** Mean loss of the trained toy, with its own layers and with all walls shut. */
	loss: { open: number; shut: number; behindWalls: number[]; beforeWalls: number[] };
	/** Right answers of the needle experiment in percent: lowest and highest over its seeds. */
	needle: { chunked: [number, number]; open: [number, number]; seeds: number };
}

export interface Measurements {
	stacks: { cccg: readonly number[]; cccc: readonly number[] };
	/** Right answers in percent, one per seed. */
	needle: { chunked: readonly number[]; open: readonly number[] };
}

/** Counts it all: from the rules, from Scout's card, and from what has been measured. */
export function numbersOf({ stacks, needle }: Measurements): Numbers {
	const six = SIX.tokens.length;
	const pairsBy = (kind: AttentionScope['kind']) => visiblePairs(six, scopeOf(kind, SIX.chunk));
	const row = attentionMask(six, scopeOf('chunked', SIX.chunk)).allowed;
	return {
		pairs: { chunked: pairsBy('chunked'), sliding: pairsBy('sliding'), global: pairsBy('global') },
		behindWall: {
			sees: reachCount(row.subarray(SIX.query * six, (SIX.query + 1) * six)),
			upTo: SIX.query + 1
		},
		reach: reachNumbers(),
		spread: reachLadder(stackMasks('cccc', LONG.chunk, LONG.size), LONG.size - 1)
			.toReversed()
			.map(reachCount),
		decode: SIX.tokens.map((text, position) => {
			const { keys, visible } = decodeStep(position, scopeOf('chunked', SIX.chunk));
			return { text, held: keys - 1, seen: visible - 1, open: position };
		}),
		scout: scoutNumbers(),
		loss: lossNumbers(stacks),
		needle: {
			chunked: ends(needle.chunked),
			open: ends(needle.open),
			seeds: needle.chunked.length
		}
	};
}

function reachNumbers(): Numbers['reach'] {
	const { size, chunk, layers, many } = LONG;
	const last = size - 1;
	return {
		chunked: reachOf('c'.repeat(layers), chunk, last),
		manyChunked: reachOf('c'.repeat(many), chunk, last),
		firstOfChunk: reachOf('c'.repeat(many), chunk, size - chunk),
		sliding: reachOf('s'.repeat(layers), chunk, last),
		mixed: reachOf('cccg', chunk, last)
	};
}

function scoutNumbers(): Numbers['scout'] {
	const size = SCOUT.text.value;
	const context = SCOUT.context?.value ?? 0;
	const [gib, fullGib] = [cacheGib(size, context), cacheGib(size, context, true)];
	return {
		layers: size.layers.length,
		chunked: size.layers.filter(({ scope }) => scope === 'chunked').length,
		...{ chunk: size.chunk, context, gib, fullGib },
		pairsShare: pairsShare(size, PAIRS_AT),
		ratio: fullGib / gib
	};
}

function lossNumbers({ cccg, cccc }: Measurements['stacks']): Numbers['loss'] {
	// Entry t is the loss of token t + 1, given tokens 0 … t.
	const walls = [8, 16, 24];
	return {
		open: mean(cccg),
		shut: mean(cccc),
		behindWalls: walls.map((wall) => cccc[wall] ?? NaN),
		beforeWalls: walls.map((wall) => cccc[wall - 1] ?? NaN)
	};
}

const mean = (values: readonly number[]) =>
	values.reduce((sum, value) => sum + value, 0) / values.length;
const ends = (values: readonly number[]): [number, number] => [
	Math.min(...values),
	Math.max(...values)
];
