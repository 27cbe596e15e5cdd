import type * as tf from '@tensorflow/tfjs-core';
import { arrayKernel } from './arrayKernel';
import type { ProductSizes } from './plain/product';
import { withGradient } from './withGradient';

type Array32 = Float32Array;

interface Sizes {
	readonly rows: number;
	readonly width: number;
	readonly hidden: number;
}

/** The product that gives the gradient of a weight, from the product that it took part in. */
const ofWeights = ({ rows, inner, columns }: ProductSizes) => ({
	rows: inner,
	inner: rows,
	columns
});

/** Gate and up are two arrays here. */
const apart = (rows: number, width: number) => ({ rows, width, stride: width, upOffset: 0 });

const networkKernel = arrayKernel<
	{ x: Array32; gate: Array32; up: Array32; down: Array32 },
	{ y: Array32; gated: Array32; raised: Array32; inner: Array32 },
	Sizes
>({
	name: 'Network',
	plan: ({ x }, { rows, hidden }) => ({
		y: x,
		gated: [rows, hidden],
		raised: [rows, hidden],
		inner: [rows, hidden]
	}),
	run: ({ x, gate, up, down }, { y, gated, raised, inner }, { rows, width, hidden }, loops) => {
		const rise = { rows, inner: width, columns: hidden };
		loops.product(x, gate, gated, rise);
		loops.product(x, up, raised, rise);
		loops.swiGlu(gated, raised, inner, apart(rows, hidden));
		loops.product(inner, down, y, { rows, inner: hidden, columns: width });
	}
});

const networkGradient = arrayKernel<
	Record<'x' | 'gate' | 'up' | 'down' | 'gated' | 'raised' | 'inner' | 'dy', Array32>,
	Record<'dx' | 'dGate' | 'dUp' | 'dDown' | 'dGated' | 'dRaised' | 'dInner', Array32>,
	Sizes
>({
	name: 'NetworkGradient',
	plan: ({ x, gate, up, down }, { rows, hidden }) => ({
		dx: x,
		dGate: gate,
		dUp: up,
		dDown: down,
		dGated: [rows, hidden],
		dRaised: [rows, hidden],
		dInner: [rows, hidden]
	}),
	scratch: ['dGated', 'dRaised', 'dInner'],
	run: (given, made, { rows, width, hidden }, loops) => {
		const { dx, dGated, dRaised, dInner } = made;
		const [rise, fall] = [
			{ rows, inner: width, columns: hidden },
			{ rows, inner: hidden, columns: width }
		];
		loops.product(given.dy, given.down, dInner, rise, 'abT');
		loops.product(given.inner, given.dy, made.dDown, ofWeights(fall), 'aTb');
		loops.swiGluBack(given.gated, given.raised, dInner, dGated, dRaised, apart(rows, hidden));
		loops.product(given.x, dGated, made.dGate, ofWeights(rise), 'aTb');
		loops.product(given.x, dRaised, made.dUp, ofWeights(rise), 'aTb');
		loops.product(dGated, given.gate, dx, fall, 'abT');
		loops.product(dRaised, given.up, dx, fall, 'abT', true);
	}
});

/**
 * A whole feed-forward network: `y = (silu(x · gate) · (x · up)) · down`.
 *
 * @returns as x, owned by the caller
 *
 * Source: `FeedForward.forward`, meta-llama/llama-models, models/llama4/ffn.py.
 */
export function network(
	x_ND: tf.Tensor2D,
	gate_DF: tf.Tensor2D,
	up_DF: tf.Tensor2D,
	down_FD: tf.Tensor2D
): tf.Tensor2D {
	const sizes = { rows: x_ND.shape[0], width: x_ND.shape[1], hidden: gate_DF.shape[1] };
	const weights = { gate: gate_DF, up: up_DF, down: down_FD };
	return withGradient(
		[x_ND, gate_DF, up_DF, down_FD],
		() => {
			const { y, gated, raised, inner } = networkKernel({ x: x_ND, ...weights }, sizes);
			return { value: y as tf.Tensor2D, saved: { x: x_ND, ...weights, gated, raised, inner } };
		},
		(dy, saved) => {
			const { dx, dGate, dUp, dDown } = networkGradient({ ...saved, dy }, sizes);
			return [dx, dGate, dUp, dDown];
		}
	);
}
