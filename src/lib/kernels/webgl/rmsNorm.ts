import type * as tf from '@tensorflow/tfjs-core';
import { glKernel, type Easel } from './glKernel';
import { eachPair } from './product';
import { script, type Drawing } from './program';

/** GLSL that adds to `sum` what stands in each of two rows, a texel's worth by `k`. */
export const overColumns = (width: number, block: string): string =>
	eachPair(
		width,
		`vec4 block = ${block}; sum += block.xz + block.yw;`,
		`vec4 block = ${block}; sum += block.xz;`
	);

const inverseRoot = script(({ width, eps }: { width: number; eps: number }) => ({
	code: `vec2 sum = vec2(0);
	${overColumns(width, 'xTexel(c, k) * xTexel(c, k)')}
	return vec4(inversesqrt(sum / ${width}. + ${eps.toExponential()}), 0, 0);`
}));

/** One over the root of the mean square of each row. */
export function inverseRoots(x: tf.TensorInfo, width: number, eps: number): Drawing {
	return { inputs: { x }, shape: [x.shape[0]!], script: inverseRoot({ width, eps }) };
}

type Infos<Names extends string> = Readonly<Record<Names, tf.TensorInfo>>;

const shortened = script(() => ({
	code: 'return xTexel(r, c) * inverseTexel(0, r).xxyy * weightTexel(0, c).xyxy;'
}));

/** Rows times the inverses of their roots, times the weights. */
export function normed({ x, weight, inverse }: Infos<'x' | 'weight' | 'inverse'>): Drawing {
	return { inputs: { x, weight, inverse }, shape: x.shape, script: shortened() };
}

/** Every x of a row moves the common factor too: the row's pull. */
const pullOf = script((width: number) => ({
	code: `vec2 sum = vec2(0);
	${overColumns(width, 'xTexel(c, k) * dyTexel(c, k) * weightTexel(0, k).xyxy')}
	vec2 factor = inverseTexel(0, c).xy;
	return vec4(sum * factor * factor / ${width}., 0, 0);`
}));

const slopeOf = script(({ hasPast }: { hasPast: boolean }) => ({
	code: `vec4 slope = dyTexel(r, c) * weightTexel(0, c).xyxy;
	slope = inverseTexel(0, r).xxyy * (slope - xTexel(r, c) * pullTexel(0, r).xxyy);
	return slope${hasPast ? ' + pastTexel(r, c)' : ''};`
}));

const weightSlope = script(() => {
	const slope = 'xTexel(k, c) * dyTexel(k, c) * inverseTexel(0, k).xxyy';
	return {
		code: `vec2 sum = vec2(0);
	${eachPair('rows', `vec4 block = ${slope}; sum += block.xy + block.zw;`, `sum += (${slope}).xy;`)}
	return vec4(sum, 0, 0);`
	};
});

/**
 * Slopes of x and of the weights.
 *
 * @param past slopes that reach x past the norm, which are added
 */
export function normSlopes(
	{ x, weight, inverse, dy }: Infos<'x' | 'weight' | 'inverse' | 'dy'>,
	past: tf.TensorInfo | null,
	{ draw, free }: Easel
): [tf.TensorInfo, tf.TensorInfo] {
	const [rows, width] = x.shape as [number, number];
	const pull = draw({ inputs: { x, weight, inverse, dy }, shape: [rows], script: pullOf(width) });
	const dx = draw({
		inputs: { x, weight, inverse, pull, dy, ...(past ? { past } : {}) },
		shape: x.shape,
		script: slopeOf({ hasPast: past !== null })
	});
	const dWeight = draw({
		inputs: { x, inverse, dy },
		shape: [width],
		lengths: { rows },
		script: weightSlope()
	});
	free(pull);
	return [dx, dWeight];
}

interface Sizes {
	readonly width: number;
	readonly eps: number;
}

glKernel<'x' | 'weight', Sizes>('RmsNorm', ({ x, weight }, { width, eps }, { draw }) => {
	const inverse = draw(inverseRoots(x, width, eps));
	return [draw(normed({ x, weight, inverse })), inverse];
});

glKernel<'x' | 'weight' | 'inverse' | 'dy', object>('RmsNormGradient', (given, _sizes, easel) =>
	normSlopes(given, null, easel)
);
