/** What happens to queries and keys before they meet: turned, normed, scaled; and the way back. */
import type * as tf from '@tensorflow/tfjs-core';
import type { AttentionPartSizes } from '$lib/kernels/attentionPart';
import { eachBetween } from './product';
import { script, type Drawing } from './program';

type Tables = Readonly<Partial<Record<'cos' | 'sin' | 'scale', tf.TensorInfo>>>;

/** Columns before the first key and before the first value, and of all heads. */
interface Columns {
	readonly keys: number;
	readonly values: number;
	readonly all: number;
}

/** What is written into the programs of a change. */
type Change = {
	readonly keys: number;
	readonly values: number;
	readonly headWidth: number;
	readonly eps: number;
	readonly isNormed: boolean;
	readonly isTurned: boolean;
	readonly isScaled: boolean;
};

function changeOf(
	{ cos, scale }: Tables,
	{ keys, values }: Columns,
	{ headWidth, eps, isNormed }: AttentionPartSizes
): Change {
	const which = { isTurned: cos !== undefined, isScaled: scale !== undefined };
	return { keys, values, headWidth, eps, isNormed, ...which };
}

/** The tables that there are. */
function tablesIn({ cos, sin, scale }: Tables): Record<string, tf.TensorInfo> {
	return { ...(cos && sin ? { cos, sin } : {}), ...(scale ? { scale } : {}) };
}

/**
 * GLSL that turns both pairs of texel `x` by their positions' angles. Sequences have even length, so
 * that row 2r stands at an even position.
 */
function turn({ isTurned, headWidth }: Change, direction: 1 | -1): string {
	if (!isTurned) return '';
	return `{
		int pair = c % ${headWidth / 2}, at = 2 * r % queries / 2;
		vec4 cosines = cosTexel(at, pair / 2), sines = sinTexel(at, pair / 2) * ${direction}.;
		vec2 co = pair % 2 == 0 ? cosines.xz : cosines.yw, si = pair % 2 == 0 ? sines.xz : sines.yw;
		x = x * co.xxyy + x.yxwz * vec4(-si.x, si.x, -si.y, si.y);
	}`;
}

/** GLSL that multiplies a query's texel by its positions' factors. */
const scaled = ({ isScaled, keys }: Change) =>
	isScaled ? `if (c < ${keys / 2}) x *= scaleTexel(0, 2 * r % queries / 2).xxyy;` : '';

/** GLSL that does something for every texel of the head of column c, by `k`. */
function overHead(headWidth: number, body: string): string {
	const first = `c / ${headWidth / 2} * ${headWidth / 2}`;
	return eachBetween(first, `${first} + ${headWidth / 2}`, body);
}

const inverseOf = ({ headWidth, eps }: Change, sum: string) =>
	`inversesqrt(${sum} / ${headWidth}. + ${eps.toExponential()})`;

const changeScript = script((change: Change) => {
	const { headWidth, values, isNormed } = change;
	const block = 'vec4 block = rawTexel(r, k); block *= block; sum += block.xz + block.yw;';
	const normed = `vec2 sum = vec2(0);
	${overHead(headWidth, block)}
	x *= ${inverseOf(change, 'sum')}.xxyy;`;
	return {
		code: `vec4 x = rawTexel(r, c);
	if (c >= ${values / 2}) return x;
	${turn(change, 1)}
	${isNormed ? normed : ''}
	${scaled(change)}
	return x;`
	};
});

/** Heads ready to meet; values pass through. */
export function headChange(
	raw: tf.TensorInfo,
	tables: Tables,
	columns: Columns,
	sizes: AttentionPartSizes
): Drawing {
	return {
		inputs: { raw, ...tablesIn(tables) },
		shape: raw.shape,
		lengths: { queries: sizes.queries },
		script: changeScript(changeOf(tables, columns, sizes))
	};
}

const slopeScript = script((change: Change) => {
	const { headWidth, keys, values, isNormed } = change;
	const block = `vec4 own = rawTexel(r, k), both = turnedTexel(r, k) * slopeTexel(r, k);
		own *= own;
		sum += own.xz + own.yw;
		dot += both.xz + both.yw;`;
	const throughNorm = `vec2 sum = vec2(0), dot = vec2(0);
	${overHead(headWidth, block)}
	vec2 factor = ${inverseOf(change, 'sum')};
	x = factor.xxyy * (x - rawTexel(r, c) * (dot * factor / ${headWidth}.).xxyy);`;
	return {
		functions: `vec4 slopeTexel(int r, int c) {
	return c < ${keys / 2} ? dqTexel(r, c) : dkTexel(r, c - ${keys / 2});
}`,
		code: `vec4 shrink = inverseTexel(0, r).xxyy;
	if (c >= ${values / 2}) return dvTexel(r, c - ${values / 2}) * shrink;
	vec4 x = slopeTexel(r, c);
	${scaled(change)}
	${turn(change, -1)}
	${isNormed ? throughNorm : ''}
	return x * shrink;`
	};
});

/**
 * Slopes of the heads as they were before `headChange`, times the inverse of their row's norm. A turn
 * leaves the norm of a head as it is.
 */
export function headSlope(
	{ raw, turned, inverse }: Readonly<Record<'raw' | 'turned' | 'inverse', tf.TensorInfo>>,
	[dq, dk, dv]: readonly [tf.TensorInfo, tf.TensorInfo, tf.TensorInfo],
	tables: Tables,
	columns: Columns,
	sizes: AttentionPartSizes
): Drawing {
	const { queries, isNormed } = sizes;
	return {
		inputs: { ...(isNormed ? { raw, turned } : {}), inverse, dq, dk, dv, ...tablesIn(tables) },
		shape: raw.shape,
		lengths: { queries },
		script: slopeScript(changeOf(tables, columns, sizes))
	};
}
