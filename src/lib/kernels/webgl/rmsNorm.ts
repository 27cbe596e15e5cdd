import { glKernel } from './glKernel';
import { eachPair } from './product';

interface Sizes {
	readonly rows: number;
	readonly width: number;
}

/** GLSL that adds up what stands in each of two rows, a texel's worth by `k`. */
const addColumns = (block: string, width: number) =>
	eachPair(
		width,
		`vec4 block = ${block}; sum += block.xz + block.yw;`,
		`vec4 block = ${block}; sum += block.xz;`
	);

glKernel<'x' | 'weight', Sizes & { eps: number }>(
	'RmsNorm',
	({ x, weight }, { rows, width, eps }, { draw }) => {
		const inverse = draw({
			inputs: { x },
			shape: [rows],
			code: `vec2 sum = vec2(0);
	${addColumns('xTexel(c, k) * xTexel(c, k)', width)}
	return vec4(inversesqrt(sum / ${width}. + ${eps.toExponential()}), 0, 0);`
		});
		const y = draw({
			inputs: { x, weight, inverse },
			shape: x.shape,
			code: 'return xTexel(r, c) * inverseTexel(0, r).xxyy * weightTexel(0, c).xyxy;'
		});
		return [y, inverse];
	}
);

glKernel<'x' | 'weight' | 'inverse' | 'dy', Sizes>(
	'RmsNormGradient',
	({ x, weight, inverse, dy }, { rows, width }, { draw, free }) => {
		// Every x of a row moves the common factor too: the row's pull.
		const pull = draw({
			inputs: { x, weight, inverse, dy },
			shape: [rows],
			code: `vec2 sum = vec2(0);
	${addColumns('xTexel(c, k) * dyTexel(c, k) * weightTexel(0, k).xyxy', width)}
	vec2 factor = inverseTexel(0, c).xy;
	return vec4(sum * factor * factor / ${width}., 0, 0);`
		});
		const dx = draw({
			inputs: { x, weight, inverse, pull, dy },
			shape: x.shape,
			code: `vec4 slope = dyTexel(r, c) * weightTexel(0, c).xyxy;
	return inverseTexel(0, r).xxyy * (slope - xTexel(r, c) * pullTexel(0, r).xxyy);`
		});
		const slope = 'xTexel(k, c) * dyTexel(k, c) * inverseTexel(0, k).xxyy';
		const dWeight = draw({
			inputs: { x, inverse, dy },
			shape: [width],
			lengths: { rows },
			code: `vec2 sum = vec2(0);
	${eachPair('rows', `vec4 block = ${slope}; sum += block.xy + block.zw;`, `sum += (${slope}).xy;`)}
	return vec4(sum, 0, 0);`
		});
		free(pull);
		return [dx, dWeight];
	}
);
