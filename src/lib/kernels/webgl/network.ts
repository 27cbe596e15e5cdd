import type * as tf from '@tensorflow/tfjs-core';
import { glKernel } from './glKernel';
import { addProduct, addTwo, productDrawing } from './product';
import { script, type Drawing } from './program';
import { SWIGLU } from './swiGlu';

interface Sizes {
	readonly rows: number;
	readonly width: number;
	readonly hidden: number;
}

type Infos<Names extends string> = Readonly<Record<Names, tf.TensorInfo>>;

const hiddenScript = script((width: number) => ({
	functions: SWIGLU,
	code: `${addTwo('ab', width, 'xTexel(r, k)', ['gateTexel(k, c)', 'upTexel(k, c)'])}
	made[2] = swiGlu(made[0], made[1]);`
}));

/** Gate, up and what comes of both, of every token. */
export function hiddenOf(
	{ x, gate, up }: Infos<'x' | 'gate' | 'up'>,
	{ rows, width, hidden }: Sizes
): Drawing {
	return {
		inputs: { x, gate, up },
		shape: [rows, hidden],
		count: 3,
		script: hiddenScript(width)
	};
}

const hiddenSlopeScript = script((width: number) => ({
	functions: SWIGLU,
	code: `vec4 sum = vec4(0);
	${addProduct('abT', width, 'dyTexel(r, k)', 'downTexel(c, k)')}
	made[0] = sum * gateSlope(gatedTexel(r, c), raisedTexel(r, c));
	made[1] = sum * upSlope(gatedTexel(r, c));`
}));

/** Slopes of gate and up. */
export function hiddenSlopes(
	{ dy, down, gated, raised }: Infos<'dy' | 'down' | 'gated' | 'raised'>,
	{ rows, width, hidden }: Sizes
): Drawing {
	return {
		inputs: { dy, down, gated, raised },
		shape: [rows, hidden],
		count: 2,
		script: hiddenSlopeScript(width)
	};
}

const gateUpScript = script(() => ({
	code: addTwo('aTb', 'rows', 'xTexel(k, r)', ['dGatedTexel(k, c)', 'dRaisedTexel(k, c)'])
}));

/** Slopes of the matrices of gate and up. */
export function gateUpSlopes(
	{ x, dGated, dRaised }: Infos<'x' | 'dGated' | 'dRaised'>,
	{ rows, width, hidden }: Sizes
): Drawing {
	return {
		inputs: { x, dGated, dRaised },
		shape: [width, hidden],
		count: 2,
		lengths: { rows },
		script: gateUpScript()
	};
}

/** GLSL that adds to `sum` the slopes of the tokens; the names are those of `hiddenSlopes`. */
export const addTokenSlopes = (hidden: number): string =>
	`${addProduct('abT', hidden, 'dGatedTexel(r, k)', 'gateTexel(c, k)')}
	${addProduct('abT', hidden, 'dRaisedTexel(r, k)', 'upTexel(c, k)')}`;

const tokenSlopeScript = script((hidden: number) => ({
	code: `vec4 sum = vec4(0);
	${addTokenSlopes(hidden)}
	return sum;`
}));

glKernel<'x' | 'gate' | 'up' | 'down', Sizes>(
	'Network',
	({ x, gate, up, down }, sizes, { draw, drawAll }) => {
		const { rows, width, hidden } = sizes;
		const [gated, raised, inner] = drawAll(hiddenOf({ x, gate, up }, sizes)) as [
			tf.TensorInfo,
			tf.TensorInfo,
			tf.TensorInfo
		];
		return [draw(productDrawing('ab', inner, down, [rows, hidden, width])), gated, raised, inner];
	}
);

glKernel<'x' | 'gate' | 'up' | 'down' | 'gated' | 'raised' | 'inner' | 'dy', Sizes>(
	'NetworkGradient',
	({ x, gate, up, down, gated, raised, inner, dy }, sizes, { draw, drawAll, free }) => {
		const { rows, width, hidden } = sizes;
		const [dGated, dRaised] = drawAll(hiddenSlopes({ dy, down, gated, raised }, sizes)) as [
			tf.TensorInfo,
			tf.TensorInfo
		];
		const dx = draw({
			inputs: { gate, up, dGated, dRaised },
			shape: x.shape,
			script: tokenSlopeScript(hidden)
		});
		const weights = drawAll(gateUpSlopes({ x, dGated, dRaised }, sizes));
		const dDown = draw(productDrawing('aTb', inner, dy, [hidden, rows, width]));
		free(dGated, dRaised);
		return [dx, ...weights, dDown];
	}
);
