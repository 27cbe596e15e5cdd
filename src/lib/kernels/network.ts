import * as tf from '@tensorflow/tfjs-core';
import { arrayKernel } from './arrayKernel';
import { matMul } from './matMul';
import { transposeLoop } from './productLoop';
import { swiGluBack, swiGluLoop } from './swiGlu';
import { withGradient } from './withGradient';

type Array32 = Float32Array;

interface Sizes {
	readonly rows: number;
	readonly width: number;
	readonly hidden: number;
}

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
	run: ({ x, gate, up, down }, { y, gated, raised, inner }, { rows, width, hidden }, product) => {
		product(x, gate, gated, rows, width, hidden);
		product(x, up, raised, rows, width, hidden);
		swiGluLoop(gated, raised, inner, apart(rows, hidden));
		product(inner, down, y, rows, hidden, width);
	}
});

const networkGradient = arrayKernel<
	Record<'x' | 'gate' | 'up' | 'down' | 'gated' | 'raised' | 'inner' | 'dy', Array32>,
	Record<
		| ('dx' | 'dGate' | 'dUp' | 'dDown')
		| ('dGated' | 'dRaised' | 'dInner' | 'turned' | 'turnedWeight' | 'dxUp'),
		Array32
	>,
	Sizes
>({
	name: 'NetworkGradient',
	plan: ({ x, gate, up, down }, { rows, width, hidden }) => ({
		dx: x,
		dGate: gate,
		dUp: up,
		dDown: down,
		dGated: [rows, hidden],
		dRaised: [rows, hidden],
		dInner: [rows, hidden],
		turned: [rows * Math.max(width, hidden)],
		turnedWeight: [width * hidden],
		dxUp: x
	}),
	scratch: ['dGated', 'dRaised', 'dInner', 'turned', 'turnedWeight', 'dxUp'],
	run: (given, made, { rows, width, hidden }, product) => {
		const { dGated, dRaised, dInner, turned, turnedWeight, dx, dxUp } = made;
		transposeLoop(given.down, turnedWeight, hidden, width);
		product(given.dy, turnedWeight, dInner, rows, width, hidden);
		transposeLoop(given.inner, turned, rows, hidden);
		product(turned, given.dy, made.dDown, hidden, rows, width);
		swiGluBack(given.gated, given.raised, dInner, dGated, dRaised, apart(rows, hidden));
		transposeLoop(given.x, turned, rows, width);
		product(turned, dGated, made.dGate, width, rows, hidden);
		product(turned, dRaised, made.dUp, width, rows, hidden);
		transposeLoop(given.gate, turnedWeight, width, hidden);
		product(dGated, turnedWeight, dx, rows, hidden, width);
		transposeLoop(given.up, turnedWeight, width, hidden);
		product(dRaised, turnedWeight, dxUp, rows, hidden, width);
		for (let i = 0; i < dx.length; i++) dx[i]! += dxUp[i]!;
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
	if (!networkKernel.runsHere()) return composedNetwork(x_ND, gate_DF, up_DF, down_FD);
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

function composedNetwork(
	x_ND: tf.Tensor2D,
	gate_DF: tf.Tensor2D,
	up_DF: tf.Tensor2D,
	down_FD: tf.Tensor2D
): tf.Tensor2D {
	return tf.tidy(() => {
		const gate_NF = matMul(x_ND, gate_DF);
		const silu_NF = tf.mul(gate_NF, tf.sigmoid(gate_NF));
		return matMul(tf.mul(silu_NF, matMul(x_ND, up_DF)), down_FD);
	});
}
