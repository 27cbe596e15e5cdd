import type * as tf from '@tensorflow/tfjs-core';
import { glKernel } from './glKernel';
import { addProduct, addTwo, productDrawing } from './product';
import { SWIGLU } from './swiGlu';

interface Sizes {
	readonly rows: number;
	readonly width: number;
	readonly hidden: number;
}

glKernel<'x' | 'gate' | 'up' | 'down', Sizes>(
	'Network',
	({ x, gate, up, down }, { rows, width, hidden }, { draw, drawAll }) => {
		const [gated, raised, inner] = drawAll({
			inputs: { x, gate, up },
			shape: [rows, hidden],
			count: 3,
			functions: SWIGLU,
			code: `${addTwo('ab', width, 'xTexel(r, k)', ['gateTexel(k, c)', 'upTexel(k, c)'])}
	made[2] = swiGlu(made[0], made[1]);`
		}) as [tf.TensorInfo, tf.TensorInfo, tf.TensorInfo];
		return [draw(productDrawing('ab', inner, down, [rows, hidden, width])), gated, raised, inner];
	}
);

glKernel<'x' | 'gate' | 'up' | 'down' | 'gated' | 'raised' | 'inner' | 'dy', Sizes>(
	'NetworkGradient',
	(
		{ x, gate, up, down, gated, raised, inner, dy },
		{ rows, width, hidden },
		{ draw, drawAll, free }
	) => {
		const [dGated, dRaised] = drawAll({
			inputs: { dy, down, gated, raised },
			shape: [rows, hidden],
			count: 2,
			functions: SWIGLU,
			code: `vec4 sum = vec4(0);
	${addProduct('abT', width, 'dyTexel(r, k)', 'downTexel(c, k)')}
	made[0] = sum * gateSlope(gatedTexel(r, c), raisedTexel(r, c));
	made[1] = sum * upSlope(gatedTexel(r, c));`
		}) as [tf.TensorInfo, tf.TensorInfo];
		const dx = draw({
			inputs: { gate, up, dGated, dRaised },
			shape: x.shape,
			code: `vec4 sum = vec4(0);
	${addProduct('abT', hidden, 'dGatedTexel(r, k)', 'gateTexel(c, k)')}
	${addProduct('abT', hidden, 'dRaisedTexel(r, k)', 'upTexel(c, k)')}
	return sum;`
		});
		const [dGate, dUp] = drawAll({
			inputs: { x, dGated, dRaised },
			shape: [width, hidden],
			count: 2,
			lengths: { rows },
			code: addTwo('aTb', 'rows', 'xTexel(k, r)', ['dGatedTexel(k, c)', 'dRaisedTexel(k, c)'])
		}) as [tf.TensorInfo, tf.TensorInfo];
		const dDown = draw(productDrawing('aTb', inner, dy, [hidden, rows, width]));
		free(dGated, dRaised);
		return [dx, dGate, dUp, dDown];
	}
);
