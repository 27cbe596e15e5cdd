import * as tf from '@tensorflow/tfjs-core';
import { arrayKernel } from './arrayKernel';
import { withGradient } from './withGradient';

type Array32 = Float32Array;

const normKernel = arrayKernel<
	{ x: Array32; weight: Array32 },
	{ y: Array32; inverse: Array32 },
	{ rows: number; width: number; eps: number }
>({
	name: 'RmsNorm',
	plan: ({ x }, { rows }) => ({ y: x, inverse: [rows] }),
	run: ({ x, weight }, { y, inverse }, { rows, width, eps }) => {
		for (let row = 0; row < rows; row++) {
			const start = row * width;
			let sum = 0;
			for (let i = start; i < start + width; i++) sum += x[i]! * x[i]!;
			const factor = 1 / Math.sqrt(sum / width + eps);
			inverse[row] = factor;
			for (let i = 0; i < width; i++) y[start + i] = x[start + i]! * factor * weight[i]!;
		}
	}
});

const normGradient = arrayKernel<
	{ x: Array32; weight: Array32; inverse: Array32; dy: Array32 },
	{ dx: Array32; dWeight: Array32 },
	{ rows: number; width: number }
>({
	name: 'RmsNormGradient',
	plan: ({ x, weight }) => ({ dx: x, dWeight: weight }),
	run: ({ x, weight, inverse, dy }, { dx, dWeight }, { rows, width }) => {
		const sums = new Float64Array(width);
		for (let row = 0; row < rows; row++) {
			const start = row * width;
			const factor = inverse[row]!;
			let dot = 0;
			for (let i = 0; i < width; i++) {
				const slope = dy[start + i]! * x[start + i]!;
				sums[i]! += slope * factor;
				dot += slope * weight[i]!;
			}
			// Every x of the row moves the common factor too.
			const pull = (dot * factor * factor) / width;
			for (let i = 0; i < width; i++) {
				dx[start + i] = factor * (dy[start + i]! * weight[i]! - x[start + i]! * pull);
			}
		}
		dWeight.set(sums);
	}
});

/**
 * RMS norm of each row, then a weight per column: `y = x / √(mean(x²) + eps) · weight`.
 *
 * @param x rows × width
 * @param weight width numbers
 * @returns as x, owned by the caller
 *
 * Source: `RMSNorm.forward`, meta-llama/llama-models, models/llama4/model.py.
 */
export function rmsNorm(x: tf.Tensor2D, weight: tf.Tensor1D, eps: number): tf.Tensor2D {
	const [rows, width] = x.shape;
	if (weight.size !== width) {
		throw new RangeError(`${weight.size} norm weights do not match a width of ${width}`);
	}
	if (!normKernel.runsHere()) return tf.tidy(() => tf.mul(composedNorm(x, eps), weight));
	return withGradient(
		[x, weight],
		() => {
			const { y, inverse } = normKernel({ x, weight }, { rows, width, eps });
			return { value: y as tf.Tensor2D, saved: { x, weight, inverse } };
		},
		(dy, saved) => {
			const { dx, dWeight } = normGradient({ ...saved, dy }, { rows, width });
			return [dx, dWeight];
		}
	);
}

/**
 * RMS norm without weights, as on each head's queries and keys.
 *
 * Source: `rmsnorm`, meta-llama/llama-models, models/llama4/model.py.
 */
export function unitNorm(x: tf.Tensor2D, eps: number): tf.Tensor2D {
	if (!normKernel.runsHere()) return composedNorm(x, eps);
	return tf.tidy(() => rmsNorm(x, tf.ones([x.shape[1]]), eps));
}

function composedNorm(x: tf.Tensor2D, eps: number): tf.Tensor2D {
	return tf.tidy(() => tf.mul(x, tf.rsqrt(tf.add(tf.mean(tf.square(x), -1, true), eps))));
}
