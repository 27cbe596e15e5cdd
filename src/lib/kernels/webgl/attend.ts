import type * as tf from '@tensorflow/tfjs-core';
import type { AttendSizes } from '$lib/kernels/plain/attend';
import { lengthsOf, pairSizes, sightFunctions, type PairSizes } from './attendPairs';
import { glKernel, type Easel } from './glKernel';
import { addBlock, addProduct } from './product';
import { half, type Drawing } from './program';

/** GLSL: sets head, batch item and query of the table's row 2r. */
const placeInTable = ({ heads }: PairSizes) => `int query = 2 * r % evenQueries;
	int head = 2 * r / evenQueries % ${heads}, item = 2 * r / evenQueries / ${heads};`;

/** A table of products of what queries and keys hold, 0 where a query does not see the key. */
function products(a: tf.TensorInfo, b: tf.TensorInfo, factor: number, sizes: PairSizes): Drawing {
	const { heads, kvHeads, headWidth: K, table } = sizes;
	return {
		inputs: { a, b },
		shape: table,
		lengths: lengthsOf(sizes),
		functions: sightFunctions(sizes),
		code: `${placeInTable(sizes)}
	int key = windowOf(query) + 2 * c;
	if (key > query + 1 + firstQuery - firstKey || key >= evenKeys) return vec4(0);
	int aRow = item * (evenQueries / 2) + query / 2, bRow = item * (evenKeys / 2) + key / 2;
	int aFirst = head * ${K / 2}, bFirst = head / ${heads / kvHeads} * ${K / 2};
	vec4 sum = vec4(0);
	${addProduct('abT', K, 'aTexel(aRow, aFirst + k)', 'bTexel(bRow, bFirst + k)')}
	return sum * ${factor.toExponential()} * vec4(
		sees(query, key), sees(query, key + 1), sees(query + 1, key), sees(query + 1, key + 1));`
	};
}

/** Highest visible score of each row, and one over the sum of the powers; a row sees a key at least. */
function softmaxSums(scores: tf.TensorInfo, sizes: PairSizes): Drawing {
	const lowest = '-3.4e38';
	const each = (body: string) => `for (int k = 0; 2 * k < window; k++) {
		int key = first + 2 * k;
		vec4 score = scoresTexel(r, k);
		bvec4 seen = bvec4(
			sees(query, key), sees(query, key + 1), sees(query + 1, key), sees(query + 1, key + 1));
		${body}
	}`;
	return {
		inputs: { scores },
		shape: [sizes.table[0], 2],
		lengths: lengthsOf(sizes),
		functions: sightFunctions(sizes),
		code: `${placeInTable(sizes)}
	int first = windowOf(query);
	vec2 highest = vec2(${lowest}), sum = vec2(0);
	${each(`score = mix(vec4(${lowest}), score, seen);
		highest = max(highest, max(score.xz, score.yw));`)}
	${each(`score = exp(score - highest.xxyy) * vec4(seen);
		sum += score.xz + score.yw;`)}
	sum = mix(1. / sum, vec2(0), equal(sum, vec2(0)));
	return vec4(highest.x, sum.x, highest.y, sum.y);`
	};
}

/** The share of each visible key. */
function shares(scores: tf.TensorInfo, sums: tf.TensorInfo, sizes: PairSizes): Drawing {
	return {
		inputs: { scores, sums },
		shape: sizes.table,
		lengths: lengthsOf(sizes),
		functions: sightFunctions(sizes),
		code: `${placeInTable(sizes)}
	int key = windowOf(query) + 2 * c;
	vec4 sum = sumsTexel(r, 0), seen = vec4(
		sees(query, key), sees(query, key + 1), sees(query + 1, key), sees(query + 1, key + 1));
	return mix(vec4(0), exp(scoresTexel(r, c) - sum.xxzz) * sum.yyww, greaterThan(seen, vec4(0)));`
	};
}

/** Every query's mixture of what its keys hold, by a table. */
function mixture(table: tf.TensorInfo, held: tf.TensorInfo, sizes: PairSizes): Drawing {
	const { batch, heads, kvHeads, headWidth: K, evenQueries } = sizes;
	return {
		inputs: { table, held },
		shape: [batch * evenQueries, heads * K],
		lengths: lengthsOf(sizes),
		functions: sightFunctions(sizes),
		code: `int query = 2 * r % evenQueries, item = 2 * r / evenQueries;
	int head = c / ${K / 2}, column = head / ${heads / kvHeads} * ${K / 2} + c % ${K / 2};
	int row = (item * ${heads} + head) * (evenQueries / 2) + query / 2;
	int first = windowOf(query) / 2, last = min(evenKeys / 2 - 1, (query + 1 + firstQuery - firstKey) / 2);
	last = min(last, first + window / 2 - 1);
	vec4 sum = vec4(0);
	for (int key = first; key <= last; key++) {
		vec4 p = tableTexel(row, key - first), q = heldTexel(item * (evenKeys / 2) + key, column);
		${addBlock('ab')}
	}
	return sum;`
	};
}

/** Two tables, and of each every key's sum of what the queries that see it hold. */
function collections(
	[table, other]: readonly [tf.TensorInfo, tf.TensorInfo],
	[held, otherHeld]: readonly [tf.TensorInfo, tf.TensorInfo],
	sizes: PairSizes
): Drawing {
	const { batch, heads, kvHeads, headWidth: K, evenKeys } = sizes;
	const group = heads / kvHeads;
	return {
		inputs: { table, held, other, otherHeld },
		shape: [batch * evenKeys, kvHeads * K],
		count: 2,
		lengths: lengthsOf(sizes),
		functions: sightFunctions(sizes),
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
}

/** From d shares to d scores. */
function throughSoftmax(
	pattern: tf.TensorInfo,
	slopes: tf.TensorInfo,
	{ table, window, headWidth }: PairSizes,
	{ draw, free }: Easel
): tf.TensorInfo {
	const means = draw({
		inputs: { pattern, slopes },
		shape: [table[0], 2],
		lengths: { window },
		code: `vec2 sum = vec2(0);
	for (int k = 0; 2 * k < window; k++) {
		vec4 both = patternTexel(r, k) * slopesTexel(r, k);
		sum += both.xz + both.yw;
	}
	return sum.xxyy;`
	});
	const dScores = draw({
		inputs: { pattern, slopes, means },
		shape: table,
		code: `return patternTexel(r, c) * (slopesTexel(r, c) - meansTexel(r, 0)) * ${1 / Math.sqrt(headWidth)};`
	});
	free(means);
	return dScores;
}

/** Rows of sequences of one length as rows of sequences of another, filled up with 0. */
function stretched(
	x: tf.TensorInfo,
	batch: number,
	from: number,
	to: number,
	{ draw }: Easel
): tf.TensorInfo {
	return draw({
		inputs: { x },
		shape: [batch * to, x.shape[1]!],
		lengths: { from, to },
		functions: `vec2 moved(int row, int c) {
	int position = row % to;
	return position < from ? xRow(row / to * from + position, c) : vec2(0);
}`,
		code: 'return vec4(moved(2 * r, c), moved(2 * r + 1, c));'
	});
}

/** Runs `compute` on sequences of even length and gives its outputs their own lengths back. */
function onEven<Names extends string>(
	inputs: Readonly<Record<Names, { info: tf.TensorInfo; length: number }>>,
	batch: number,
	easel: Easel,
	compute: (even: Record<Names, tf.TensorInfo>) => { info: tf.TensorInfo; length: number }[]
): tf.TensorInfo[] {
	const change = (info: tf.TensorInfo, from: number, to: number) =>
		from === to ? info : stretched(info, batch, from, to, easel);
	const given = Object.entries<{ info: tf.TensorInfo; length: number }>(inputs);
	const even = given.map(([name, { info, length }]) => {
		return [name, change(info, length, 2 * half(length))] as const;
	});
	const made = compute(Object.fromEntries(even) as Record<Names, tf.TensorInfo>);
	const outputs = made.map(({ info, length }) => change(info, 2 * half(length), length));
	even.forEach(([, info], i) => info !== given[i]![1].info && easel.free(info));
	made.forEach(({ info }, i) => info !== outputs[i] && easel.free(info));
	return outputs;
}

glKernel<'q' | 'k' | 'v', AttendSizes>('Attend', ({ q, k, v }, attributes, easel) => {
	const sizes = pairSizes(attributes);
	const { batch, queries, keys, headWidth } = sizes;
	const inputs = {
		q: { info: q, length: queries },
		k: { info: k, length: keys },
		v: { info: v, length: keys }
	};
	let pattern: tf.TensorInfo | undefined;
	const [context] = onEven(inputs, batch, easel, (even) => {
		const scores = easel.draw(products(even.q, even.k, 1 / Math.sqrt(headWidth), sizes));
		const sums = easel.draw(softmaxSums(scores, sizes));
		pattern = easel.draw(shares(scores, sums, sizes));
		easel.free(scores, sums);
		return [{ info: easel.draw(mixture(pattern, even.v, sizes)), length: queries }];
	});
	return [context!, pattern!];
});

glKernel<'q' | 'k' | 'v' | 'pattern' | 'dy', AttendSizes>(
	'AttendGradient',
	({ q, k, v, pattern, dy }, attributes, easel) => {
		const sizes = pairSizes(attributes);
		const { batch, queries, keys } = sizes;
		const inputs = {
			q: { info: q, length: queries },
			k: { info: k, length: keys },
			v: { info: v, length: keys },
			dy: { info: dy, length: queries }
		};
		return onEven(inputs, batch, easel, (even) => {
			const slopes = easel.draw(products(even.dy, even.v, 1, sizes));
			const dScores = throughSoftmax(pattern, slopes, sizes, easel);
			const dq = easel.draw(mixture(dScores, even.k, sizes));
			const [dk, dv] = easel.drawAll(collections([dScores, pattern], [even.q, even.dy], sizes)) as [
				tf.TensorInfo,
				tf.TensorInfo
			];
			const made = [
				{ info: dq, length: queries },
				{ info: dk, length: keys },
				{ info: dv, length: keys }
			];
			easel.free(slopes, dScores);
			return made;
		});
	}
);
