import { glKernel } from './glKernel';
import { half } from './program';

interface Sizes {
	readonly rows: number;
	readonly width: number;
}

glKernel<'x' | 'weight', Sizes & { eps: number }>(
	'RmsNorm',
	({ x, weight }, { rows, width, eps }, { draw }) => {
		const inverse = draw({
			inputs: { x },
			shape: [rows],
			code: `vec2 sum = vec2(0);
	for (int k = 0; k < ${half(width)}; k++) {
		vec4 block = xTexel(c, k);
		block *= block;
		${width % 2 === 0 ? '' : `if (k == ${half(width) - 1}) block.yw = vec2(0);`}
		sum += block.xz + block.yw;
	}
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
			code: `vec2 slope = vec2(0);
	for (int k = 0; k < ${half(width)}; k++) {
		vec4 block = xTexel(c, k) * dyTexel(c, k) * weightTexel(0, k).xyxy;
		${width % 2 === 0 ? '' : `if (k == ${half(width) - 1}) block.yw = vec2(0);`}
		slope += block.xz + block.yw;
	}
	vec2 factor = inverseTexel(0, c).xy;
	return vec4(slope * factor * factor / ${width}., 0, 0);`
		});
		const dx = draw({
			inputs: { x, weight, inverse, pull, dy },
			shape: x.shape,
			code: `vec4 slope = dyTexel(r, c) * weightTexel(0, c).xyxy;
	return inverseTexel(0, r).xxyy * (slope - xTexel(r, c) * pullTexel(0, r).xxyy);`
		});
		const dWeight = draw({
			inputs: { x, inverse, dy },
			shape: [width],
			code: `vec2 sum = vec2(0);
	for (int k = 0; k < ${half(rows)}; k++) {
		vec4 block = xTexel(k, c) * dyTexel(k, c) * inverseTexel(0, k).xxyy;
		${rows % 2 === 0 ? '' : `if (k == ${half(rows) - 1}) block.zw = vec2(0);`}
		sum += block.xy + block.zw;
	}
	return vec4(sum, 0, 0);`
		});
		free(pull);
		return [dx, dWeight];
	}
);
