/** The attention part of a layer in few programs. Queries, keys and values lie in the rows of one texture. */
import type * as tf from '@tensorflow/tfjs-core';
import type { AttentionPartSizes } from '$lib/kernels/attentionPart';
import { pairSizes, type PairSizes } from './attendPairs';
import { attended, attendSlopes, type HeadTextures } from './attendTables';
import { glKernel, type Easel } from './glKernel';
import { headChange, headSlope } from './headChange';
import { addProduct, productDrawing } from './product';
import { script, type Drawing } from './program';
import { inverseRoots, overColumns } from './rmsNorm';

type Sizes = AttentionPartSizes & PairSizes;

/** Columns of all heads, and before the first key and the first value. */
function columnsOf({ heads, kvHeads, headWidth }: Sizes) {
	const keys = heads * headWidth;
	return { keys, values: keys + kvHeads * headWidth, all: keys + 2 * kvHeads * headWidth };
}

const togetherScript = script(({ keys, values }: { keys: number; values: number }) => ({
	code: `vec4 factor = normTexel(0, r).xxyy;
	if (c < ${keys / 2}) return qTexel(r, c) * factor;
	return (c < ${values / 2} ? kTexel(r, c - ${keys / 2}) : vTexel(r, c - ${values / 2})) * factor;`
}));

/** The three matrices side by side, with the norm's weights drawn in. */
function together(
	{ q, k, v, norm }: Readonly<Record<'q' | 'k' | 'v' | 'norm', tf.TensorInfo>>,
	sizes: Sizes
): Drawing {
	const { keys, values, all } = columnsOf(sizes);
	return {
		inputs: { q, k, v, norm },
		shape: [sizes.width, all],
		script: togetherScript({ keys, values })
	};
}

const rawScript = script((width: number) => ({
	code: `vec4 sum = vec4(0);
	${addProduct('ab', width, 'xTexel(r, k)', 'weightsTexel(k, c)')}
	return sum * inverseTexel(0, r).xxyy;`
}));

/** Queries, keys and values before anything happens to them. */
function rawHeads(
	x: tf.TensorInfo,
	weights: tf.TensorInfo,
	inverse: tf.TensorInfo,
	sizes: Sizes
): Drawing {
	return {
		inputs: { x, weights, inverse },
		shape: [x.shape[0]!, columnsOf(sizes).all],
		script: rawScript(sizes.width)
	};
}

const addedScript = script((inner: number) => ({
	code: `vec4 sum = xTexel(r, c);
	${addProduct('ab', inner, 'aTexel(r, k)', 'bTexel(k, c)')}
	return sum;`
}));

/** A tensor plus the product of two. */
function addedProduct(
	x: tf.TensorInfo,
	a: tf.TensorInfo,
	b: tf.TensorInfo,
	inner: number
): Drawing {
	return { inputs: { x, a, b }, shape: x.shape, script: addedScript(inner) };
}

const headsIn = (turned: tf.TensorInfo, sizes: Sizes): HeadTextures => {
	return { q: turned, k: turned, v: turned, before: columnsOf(sizes) };
};

type Weight = 'norm' | 'q' | 'k' | 'v' | 'out';
type Table = 'cos' | 'sin' | 'scale';
type Infos<Names extends string> = Readonly<Record<Names, tf.TensorInfo>>;
type Tables = Partial<Infos<Table>>;

const isChanged = ({ isNormed }: Sizes, { cos, scale }: Tables) =>
	isNormed || cos !== undefined || scale !== undefined;

glKernel<'x' | Weight | Table, AttentionPartSizes>(
	'AttentionPart',
	({ x, norm, q, k, v, out, ...given }, attributes, easel) => {
		const sizes = { ...attributes, ...pairSizes(attributes) };
		const tables: Tables = given;
		const { draw } = easel;
		const weights = draw(together({ q, k, v, norm }, sizes));
		const inverse = draw(inverseRoots(x, sizes.width, sizes.eps));
		const raw = draw(rawHeads(x, weights, inverse, sizes));
		const turned = isChanged(sizes, tables)
			? [draw(headChange(raw, tables, columnsOf(sizes), sizes))]
			: [];
		const made = attended(headsIn(turned[0] ?? raw, sizes), sizes, easel);
		const y = draw(addedProduct(x, made.context, out, columnsOf(sizes).keys));
		return [y, inverse, weights, raw, made.context, made.scores, made.sums, ...turned];
	}
);

const streamScript = script((columns: number) => ({
	code: `vec4 sum = dyTexel(r, c);
	${addProduct('abT', columns, 'slopesTexel(r, k)', 'weightsTexel(c, k)')}
	return sum - xTexel(r, c) * (inverseTexel(0, r) * pullTexel(0, r)).xxyy;`
}));

/** Slopes of the stream: through the heads and the norm, and past them. */
function streamSlopes(
	given: Infos<'x' | 'inverse' | 'pull' | 'weights' | 'slopes' | 'dy'>,
	sizes: Sizes
): Drawing {
	return { inputs: given, shape: given.x.shape, script: streamScript(columnsOf(sizes).all) };
}

const normScript = script(({ keys, values }: { keys: number; values: number }) => {
	const rowSums = (name: string, columns: number, before: number) =>
		overColumns(columns, `${name}Texel(c, k) * productTexel(c, ${before / 2} + k)`);
	return {
		code: `vec2 sum = vec2(0);
	${rowSums('q', keys, 0)}
	${rowSums('k', values - keys, keys)}
	${rowSums('v', values - keys, values)}
	return vec4(sum, 0, 0);`
	};
});

const partOf = (before: number) => `productTexel(r, c + ${before / 2}) * normTexel(0, r).xxyy`;

const querySlopes = script(() => ({ code: `return ${partOf(0)};` }));

const keyValueSlopes = script(({ keys, values }: { keys: number; values: number }) => ({
	code: `made[0] = ${partOf(keys)};
	made[1] = ${partOf(values)};`
}));

/** Slopes of the weights of norm, queries, keys and values, all from xᵀ · slopes. */
function weightSlopes(
	{ x, norm, q, k, v, slopes }: Infos<'x' | 'norm' | 'q' | 'k' | 'v' | 'slopes'>,
	sizes: Sizes,
	{ draw, drawAll, free }: Easel
): tf.TensorInfo[] {
	const { keys, values, all } = columnsOf(sizes);
	const product = draw(productDrawing('aTb', x, slopes, [sizes.width, x.shape[0]!, all]));
	const dNorm = draw({
		inputs: { q, k, v, product },
		shape: norm.shape,
		script: normScript({ keys, values })
	});
	const inputs = { product, norm };
	const dQ = draw({ inputs, shape: q.shape, script: querySlopes() });
	const [dK, dV] = drawAll({
		inputs,
		shape: k.shape,
		count: 2,
		script: keyValueSlopes({ keys, values })
	}) as [tf.TensorInfo, tf.TensorInfo];
	free(product);
	return [dNorm, dQ, dK, dV];
}

const pullScript = script(({ columns, width }: { columns: number; width: number }) => ({
	code: `vec2 sum = vec2(0);
	${overColumns(columns, 'rawTexel(c, k) * slopesTexel(c, k)')}
	return vec4(sum / ${width}., 0, 0);`
}));

type Kept = 'inverse' | 'together' | 'raw' | 'turned' | 'context' | 'scores' | 'sums';

glKernel<'x' | Weight | Table | Kept | 'dy', AttentionPartSizes>(
	'AttentionPartGradient',
	(given, attributes, easel) => {
		const sizes = { ...attributes, ...pairSizes(attributes) };
		const { x, norm, q, k, v, out, inverse, together: weights, raw, context, dy } = given;
		const turned = (given as Partial<typeof given>).turned ?? raw;
		const { keys: inner, all } = columnsOf(sizes);
		const { draw, free } = easel;
		const [rows, width] = [x.shape[0]!, sizes.width];
		const dContext = draw(productDrawing('abT', dy, out, [rows, width, inner]));
		const dOut = draw(productDrawing('aTb', context, dy, [inner, rows, width]));
		const own = attendSlopes(headsIn(turned, sizes), given, dContext, sizes, easel);
		const slopes = draw(headSlope({ raw, turned, inverse }, own, given, columnsOf(sizes), sizes));
		const pull = draw({
			inputs: { raw, slopes },
			shape: [rows],
			script: pullScript({ columns: all, width })
		});
		const dx = draw(streamSlopes({ x, inverse, pull, weights, slopes, dy }, sizes));
		const made = weightSlopes({ x, norm, q, k, v, slopes }, sizes, easel);
		free(dContext, ...own, slopes, pull);
		return [dx, ...made, dOut];
	}
);
