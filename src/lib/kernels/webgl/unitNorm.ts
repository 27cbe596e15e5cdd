import { glKernel } from './glKernel';
import { half, script } from './program';

type Sizes = {
	/** Numbers in a head; even. */
	readonly width: number;
	readonly eps: number;
};

/** GLSL: adds up over the head of column c what two rows have there, by `k`. */
const overHead = (width: number, name: string, block: string) => `vec2 ${name} = vec2(0);
	for (int i = 0; i < ${half(width)}; i++) {
		int k = c / ${half(width)} * ${half(width)} + i;
		vec4 block = ${block};
		${name} += block.xz + block.yw;
	}`;

/** GLSL: one over the root of the mean square of the head, of both rows. */
const inverses = ({
	width,
	eps
}: Sizes) => `${overHead(width, 'sum', 'xTexel(r, k) * xTexel(r, k)')}
	vec2 factor = inversesqrt(sum / ${width}. + ${eps.toExponential()});`;

const normed = script((sizes: Sizes) => ({
	code: `${inverses(sizes)}
	return xTexel(r, c) * factor.xxyy;`
}));

glKernel<'x', Sizes>('UnitNorm', ({ x }, { width, eps }, { draw }) => [
	draw({ inputs: { x }, shape: x.shape, script: normed({ width, eps }) })
]);

const normSlope = script((sizes: Sizes) => ({
	code: `${inverses(sizes)}
	${overHead(sizes.width, 'slope', 'xTexel(r, k) * dyTexel(r, k)')}
	vec2 pull = slope * factor * factor / ${sizes.width}.;
	return factor.xxyy * (dyTexel(r, c) - xTexel(r, c) * pull.xxyy);`
}));

glKernel<'x' | 'dy', Sizes>('UnitNormGradient', ({ x, dy }, { width, eps }, { draw }) => [
	draw({ inputs: { x, dy }, shape: x.shape, script: normSlope({ width, eps }) })
]);
