import { glKernel } from './glKernel';
import { script } from './program';

interface Sizes {
	readonly positions: number;
	readonly pairs: number;
	readonly direction: 1 | -1;
}

/** A pair of adjacent numbers is one row of a texel, so that a texel turns two pairs. */
const rotated = script(({ pairs, direction }: { pairs: number; direction: 1 | -1 }) => ({
	code: `int pair = c % ${pairs};
	ivec2 position = ivec2(2 * r, 2 * r + 1) % positions;
	vec2 co = vec2(cosAt(position.x, pair), cosAt(position.y, pair));
	vec2 si = vec2(sinAt(position.x, pair), sinAt(position.y, pair)) * ${direction}.;
	vec4 old = xTexel(r, c);
	return old * co.xxyy + old.yxwz * vec4(-si.x, si.x, -si.y, si.y);`
}));

glKernel<'x' | 'cos' | 'sin', Sizes>(
	'Rotate',
	({ x, cos, sin }, { positions, pairs, direction }, { draw }) => [
		draw({
			inputs: { x, cos, sin },
			shape: x.shape,
			lengths: { positions },
			script: rotated({ pairs, direction })
		})
	]
);
