import { attend, type AttentionWeights } from './attentionLayer';
import { rmsNorm } from './norm';
import { random } from './random';
import type { ModelRules } from './rules';
import { stackScopes, type Stack } from './stack';
import { eachRow } from './table';

/** A change below this is rounding: sums of the same numbers in another order. */
const ROUNDING = 1e-9;

/** Sizes of the small model that is asked; ours. */
const [WIDTH, HEAD_WIDTH, EPS] = [16, 8, 1e-5];

/**
 * How much each token's vector is another one after two tokens have changed places, layer by layer, in a
 * model of attention layers alone with random weights: what a stack *can* tell of order, before any
 * training. Feed-forward parts are left out: they work token by token and carry nothing.
 *
 * @param tokens ids of the tokens in their order
 * @param places of the two that change places; each takes its vector along and is compared with itself
 * @returns one row per height, the embeddings first, and per row the change of each token over its
 * length, by its place before; exactly 0 where nothing but rounding differs
 * @throws RangeError if a place is not one of the text
 */
export function orderRipple(
	stack: Stack,
	chunk: number,
	tokens: readonly number[],
	places: readonly [number, number],
	seed = 1
): number[][] {
	const [a, b] = places;
	if (tokens[a] === undefined || tokens[b] === undefined) {
		throw new RangeError(`places ${a} and ${b} are not both among ${tokens.length} tokens`);
	}
	const swapped = tokens.with(a, tokens[b]).with(b, tokens[a]);
	const before = streams(stack, chunk, tokens, seed);
	const after = streams(stack, chunk, swapped, seed);
	const placeAfter = (token: number) => (token === a ? b : token === b ? a : token);
	return before.map((stream, height) =>
		tokens.map((_, token) =>
			changeOf(vectorAt(stream, token), vectorAt(after[height]!, placeAfter(token)))
		)
	);
}

/** How much one vector differs from another, over the length of the first; 0 where rounding alone does. */
export function changeOf(
	before: ArrayLike<number>,
	after: ArrayLike<number>,
	rounding = ROUNDING
): number {
	let [difference, length] = [0, 0];
	for (let i = 0; i < before.length; i++) {
		difference += ((after[i] ?? NaN) - (before[i] ?? NaN)) ** 2;
		length += (before[i] ?? NaN) ** 2;
	}
	const change = Math.sqrt(difference / length);
	return change < rounding ? 0 : change;
}

const vectorAt = (stream: Float64Array, place: number) =>
	stream.subarray(place * WIDTH, (place + 1) * WIDTH);

/** Streams that were computed before, by stack and text: rows of layers that begin alike share them. */
const known = new Map<string, Float64Array>();
const MOST_KNOWN = 256;

/** The stream before the first layer and after each. */
function streams(
	stack: Stack,
	chunk: number,
	tokens: readonly number[],
	seed: number
): Float64Array[] {
	return Array.from({ length: stack.length + 1 }, (_, height) =>
		streamAfter(stack.slice(0, height), chunk, tokens, seed)
	);
}

function streamAfter(
	stack: Stack,
	chunk: number,
	tokens: readonly number[],
	seed: number
): Float64Array {
	const key = [stack, chunk, seed, ...tokens].join();
	const before = known.get(key);
	if (before) return before;
	const found = computed(stack, chunk, tokens, seed);
	if (known.size >= MOST_KNOWN) known.clear();
	known.set(key, found);
	return found;
}

function computed(
	stack: Stack,
	chunk: number,
	tokens: readonly number[],
	seed: number
): Float64Array {
	if (stack === '') {
		return Float64Array.from(tokens.flatMap((id) => normals(random(seed, id), WIDTH, 1)));
	}
	const index = stack.length - 1;
	const stream = streamAfter(stack.slice(0, index), chunk, tokens, seed);
	const kind = stackScopes(stack, chunk)[index]?.kind ?? 'chunked';
	const positions = kind === 'global' ? 'nope' : 'rope';
	const layer = { positions, scope: kind, feedForward: 'dense' } as const;
	const normed = eachRow(stream, WIDTH, (row) => rmsNorm(row, EPS));
	const shape = { batch: 1, length: tokens.length };
	const weights = weightsOf(index, seed);
	const added = attend(normed, weights, rulesOf(chunk), layer, shape, 'float64', () => {});
	return stream.map((value, i) => value + (added[i] ?? NaN));
}

function rulesOf(chunk: number): ModelRules {
	return {
		...{ vocabulary: 0, width: WIDTH, heads: 2, kvHeads: 2, headWidth: HEAD_WIDTH, feedForward: 0 },
		...{ denseFeedForward: 0, experts: 0, topK: 0, chunk, layers: [], tiedEmbeddings: false },
		...{ qkNorm: true, attentionScale: null, normEps: EPS },
		rope: { theta: 500_000, scaling: null },
		variants: { gate: 'input', router: 'sigmoid', scale: 'multiply' }
	};
}

function weightsOf(layer: number, seed: number): AttentionWeights {
	const size = WIDTH * WIDTH;
	const draw = (stream: number) =>
		normals(random(seed, -1 - 4 * layer - stream), size, 1 / Math.sqrt(WIDTH));
	return {
		norm_D: [],
		q_DP: draw(0),
		k_DP: draw(1),
		v_DP: draw(2),
		out_PD: draw(3)
	};
}

function normals(source: ReturnType<typeof random>, count: number, deviation: number): number[] {
	return Array.from({ length: count }, () => deviation * source.normal());
}
