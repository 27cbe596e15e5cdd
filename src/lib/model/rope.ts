import * as tf from '@tensorflow/tfjs-core';
import type { RopeScaling } from '$lib/protocol/config';

/** Rotates adjacent pairs of every head by its position's angles. */
export function rotate(
	x_BTHK: tf.Tensor4D,
	start: number,
	rope: { theta: number; scaling: RopeScaling | null }
): tf.Tensor4D {
	return tf.tidy(() => {
		const [B, T, H, K] = x_BTHK.shape;
		const speeds = Array.from({ length: K / 2 }, (_, i) =>
			speed(rope.theta ** ((-2 * i) / K), rope.scaling)
		);
		const angles = Array.from({ length: T }, (_, t) => speeds.map((s) => (start + t) * s)).flat();
		const cos = tf.tensor(angles.map(Math.cos), [1, T, 1, K / 2]);
		const sin = tf.tensor(angles.map(Math.sin), [1, T, 1, K / 2]);
		const [even, odd] = tf.unstack(tf.reshape(x_BTHK, [B, T, H, K / 2, 2]), 4) as [
			tf.Tensor,
			tf.Tensor
		];
		const turned = tf.stack(
			[tf.sub(tf.mul(even, cos), tf.mul(odd, sin)), tf.add(tf.mul(even, sin), tf.mul(odd, cos))],
			4
		);
		return tf.reshape(turned, [B, T, H, K]);
	});
}

function speed(base: number, scaling: RopeScaling | null): number {
	if (!scaling) return base;
	const { factor, lowFactor, highFactor, originalLength } = scaling;
	const turns = (originalLength * base) / (2 * Math.PI);
	if (turns > highFactor) return base;
	if (turns < lowFactor || highFactor === lowFactor) return base / factor;
	const smooth = (turns - lowFactor) / (highFactor - lowFactor);
	return ((1 - smooth) * base) / factor + smooth * base;
}
