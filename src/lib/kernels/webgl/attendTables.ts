import type * as tf from '@tensorflow/tfjs-core';
import type { AttentionScope } from '$lib/math/attention';
import { lengthsOf, sightFunctions, type PairSizes } from './attendPairs';
import type { Easel } from './glKernel';
import { addBlock, addProduct, eachBetween, eachPair } from './product';
import { script, type Drawing } from './program';

/** Sizes that are written into the programs. */
type Heads = {
	readonly heads: number;
	readonly kvHeads: number;
	readonly headWidth: number;
	readonly scope: AttentionScope;
};

const headsOf = ({ heads, kvHeads, headWidth, scope }: PairSizes): Heads => {
	return { heads, kvHeads, headWidth, scope };
};

/** Sizes, and columns before the first key or value that is read. */
type HeadsFrom = Heads & { readonly before: number };

/** GLSL: sets head, batch item and query of the table's row 2r. */
const placeInTable = ({ heads }: Heads) => `int query = 2 * r % evenQueries;
	int head = 2 * r / evenQueries % ${heads}, item = 2 * r / evenQueries / ${heads};`;

/** Queries, keys and values, each in a texture of its own or all in the rows of one. */
export interface HeadTextures {
	readonly q: tf.TensorInfo;
	readonly k: tf.TensorInfo;
	readonly v: tf.TensorInfo;
	/** Columns before the first key and before the first value; 0 in textures of their own. */
	readonly before: { readonly keys: number; readonly values: number };
}

/** A score that no key has: its power is 0. */
const UNSEEN = '-1e30';

const scoreScript = script((sizes: HeadsFrom) => {
	const { heads, kvHeads, headWidth: K, scope, before } = sizes;
	return {
		functions: sightFunctions(scope),
		code: `${placeInTable(sizes)}
	int key = windowOf(query) + 2 * c;
	if (key > query + 1 + firstQuery - firstKey || key >= evenKeys) return vec4(${UNSEEN});
	int qRow = item * (evenQueries / 2) + query / 2, kRow = item * (evenKeys / 2) + key / 2;
	int qFirst = head * ${K / 2}, kFirst = ${before / 2} + head / ${heads / kvHeads} * ${K / 2};
	vec4 sum = vec4(0);
	${addProduct('abT', K, 'qTexel(qRow, qFirst + k)', 'kTexel(kRow, kFirst + k)')}
	return mix(vec4(${UNSEEN}), sum * ${(1 / Math.sqrt(K)).toExponential()}, bvec4(
		sees(query, key), sees(query, key + 1), sees(query + 1, key), sees(query + 1, key + 1)));`
	};
});

/** The scores of all pairs, the lowest where a query does not see the key. */
function scoresOf({ q, k, before }: HeadTextures, sizes: PairSizes): Drawing {
	return {
		inputs: { q, k },
		shape: sizes.table,
		lengths: lengthsOf(sizes),
		script: scoreScript({ ...headsOf(sizes), before: before.keys })
	};
}

const sumScript = script(() => {
	const each = (body: string) => `for (int k = 0; 2 * k < window; k++) {
		vec4 score = scoresTexel(r, k);
		${body}
	}`;
	return {
		code: `vec2 highest = vec2(${UNSEEN}), sum = vec2(0);
	${each('highest = max(highest, max(score.xz, score.yw));')}
	${each(`score = exp(score - highest.xxyy);
		sum += score.xz + score.yw;`)}
	return vec4(highest.x, 1. / sum.x, highest.y, 1. / sum.y);`
	};
});

/** Highest score of each row, and one over the sum of the powers; a row sees a key at least. */
export function softmaxSums(scores: tf.TensorInfo, { table, window }: PairSizes): Drawing {
	return { inputs: { scores }, shape: [table[0], 2], lengths: { window }, script: sumScript() };
}

/** GLSL of the shares of a block of pairs, from their scores and the sums of their rows. */
const SHARES = `vec4 shares(vec4 scores, vec4 sums) { return exp(scores - sums.xxzz) * sums.yyww; }`;

const mixtureScript = script((sizes: HeadsFrom & { readonly isOfScores: boolean }) => {
	const { heads, kvHeads, headWidth: K, scope, before, isOfScores } = sizes;
	const given = 'tableTexel(row, k - first)';
	const weights = isOfScores ? `shares(${given}, own)` : given;
	return {
		functions: `${sightFunctions(scope)}\n${SHARES}`,
		code: `int query = 2 * r % evenQueries, item = 2 * r / evenQueries;
	int head = c / ${K / 2}, column = ${before / 2} + head / ${heads / kvHeads} * ${K / 2} + c % ${K / 2};
	int row = (item * ${heads} + head) * (evenQueries / 2) + query / 2;
	int first = windowOf(query) / 2, last = min(evenKeys / 2 - 1, (query + 1 + firstQuery - firstKey) / 2);
	last = min(last, first + window / 2 - 1);
	${isOfScores ? 'vec4 own = sumsTexel(row, 0);' : ''}
	vec4 sum = vec4(0);
	${eachBetween(
		'first',
		'last + 1',
		`vec4 p = ${weights}, q = heldTexel(item * (evenKeys / 2) + k, column); ${addBlock('ab')}`
	)}
	return sum;`
	};
});

/**
 * Every query's mixture of what its keys hold, by a table: of scores where there are sums to make
 * shares of them.
 */
function mixture(
	{ table, sums }: { readonly table: tf.TensorInfo; readonly sums?: tf.TensorInfo },
	held: tf.TensorInfo,
	before: number,
	sizes: PairSizes
): Drawing {
	const { batch, heads, headWidth, evenQueries } = sizes;
	return {
		inputs: sums ? { table, held, sums } : { table, held },
		shape: [batch * evenQueries, heads * headWidth],
		lengths: lengthsOf(sizes),
		script: mixtureScript({ ...headsOf(sizes), before, isOfScores: sums !== undefined })
	};
}

/** What attention made: the mixtures, and the tables that its gradient reads. */
export interface Attended {
	readonly context: tf.TensorInfo;
	readonly scores: tf.TensorInfo;
	readonly sums: tf.TensorInfo;
}

/** Attention of sequences of even length. */
export function attended(heads: HeadTextures, sizes: PairSizes, { draw }: Easel): Attended {
	const scores = draw(scoresOf(heads, sizes));
	const sums = draw(softmaxSums(scores, sizes));
	const context = draw(mixture({ table: scores, sums }, heads.v, heads.before.values, sizes));
	return { context, scores, sums };
}

const softmaxScript = script((sizes: HeadsFrom) => {
	const { heads, kvHeads, headWidth: K, scope, before } = sizes;
	return {
		functions: `${sightFunctions(scope)}\n${SHARES}`,
		code: `${placeInTable(sizes)}
	int key = windowOf(query) + 2 * c;
	made[0] = vec4(0);
	made[1] = vec4(0);
	if (key > query + 1 + firstQuery - firstKey || key >= evenKeys) return;
	int row = item * (evenQueries / 2) + query / 2, vRow = item * (evenKeys / 2) + key / 2;
	int first = head * ${K / 2}, vFirst = ${before / 2} + head / ${heads / kvHeads} * ${K / 2};
	vec4 slope = vec4(0);
	vec2 mean = vec2(0);
	${eachPair(
		K,
		`vec4 p = dyTexel(row, first + k), q = vTexel(vRow, vFirst + k);
		${addBlock('abT', 'slope')}
		p *= contextTexel(row, first + k);
		mean += p.xz + p.yw;`,
		''
	)}
	made[1] = shares(scoresTexel(r, c), sumsTexel(r, 0));
	made[0] = made[1] * (slope - mean.xxyy) * ${(1 / Math.sqrt(K)).toExponential()};`
	};
});

/**
 * Slopes of the scores, and the shares once more. The mean slope of a row's shares is the product of
 * its context and the context's slope.
 */
function throughSoftmax(
	{ v, before }: HeadTextures,
	{ context, scores, sums }: Attended,
	dy: tf.TensorInfo,
	sizes: PairSizes
): Drawing {
	return {
		inputs: { v, context, scores, sums, dy },
		shape: sizes.table,
		count: 2,
		lengths: lengthsOf(sizes),
		script: softmaxScript({ ...headsOf(sizes), before: before.values })
	};
}

const collectScript = script(({ heads, kvHeads, headWidth: K, scope }: Heads) => {
	const group = heads / kvHeads;
	return {
		functions: sightFunctions(scope),
		code: `int key = 2 * r % evenKeys, item = 2 * r / evenKeys;
	int firstHead = c / ${K / 2} * ${group};
	int first = max(0, key + firstKey - firstQuery) / 2, last = lastQuery(key + 1) / 2;
	made[0] = vec4(0);
	made[1] = vec4(0);
	for (int head = firstHead; head < firstHead + ${group}; head++) {
		int row = (item * ${heads} + head) * (evenQueries / 2), column = head * ${K / 2} + c % ${K / 2};
		for (int k = first; k <= last; k++) {
			int at = (key - windowOf(2 * k)) / 2;
			if (at < 0 || at >= window / 2) continue;
			int from = item * (evenQueries / 2) + k;
			vec4 p = tableTexel(row + k, at), q = heldTexel(from, column);
			${addBlock('aTb', 'made[0]')}
			p = otherTexel(row + k, at);
			q = otherHeldTexel(from, column);
			${addBlock('aTb', 'made[1]')}
		}
	}`
	};
});

/** Two tables, and of each every key's sum of what the queries that see it hold. */
function collections(
	[table, other]: readonly [tf.TensorInfo, tf.TensorInfo],
	[held, otherHeld]: readonly [tf.TensorInfo, tf.TensorInfo],
	sizes: PairSizes
): Drawing {
	const { batch, kvHeads, headWidth, evenKeys } = sizes;
	return {
		inputs: { table, held, other, otherHeld },
		shape: [batch * evenKeys, kvHeads * headWidth],
		count: 2,
		lengths: lengthsOf(sizes),
		script: collectScript(headsOf(sizes))
	};
}

/** The gradients of queries, keys and values, each in a texture of its own. */
export function attendSlopes(
	heads: HeadTextures,
	made: Attended,
	dy: tf.TensorInfo,
	sizes: PairSizes,
	{ draw, drawAll, free }: Easel
): readonly [tf.TensorInfo, tf.TensorInfo, tf.TensorInfo] {
	const [dScores, pattern] = drawAll(throughSoftmax(heads, made, dy, sizes)) as [
		tf.TensorInfo,
		tf.TensorInfo
	];
	const dq = draw(mixture({ table: dScores }, heads.k, heads.before.keys, sizes));
	const [dk, dv] = drawAll(collections([dScores, pattern], [heads.q, dy], sizes)) as [
		tf.TensorInfo,
		tf.TensorInfo
	];
	free(dScores, pattern);
	return [dq, dk, dv];
}
