import * as tf from '@tensorflow/tfjs-core';
import { arrayKernel } from './arrayKernel';
import { withGradient } from './withGradient';

type Array32 = Float32Array;

/** One over the root of the mean square of some numbers. */
function inverseOf(x: Array32, start: number, width: number, eps: number): number {
	let sum = 0;
	for (let i = start; i < start + width; i++) sum += x[i]! * x[i]!;
	return 1 / Math.sqrt(sum / width + eps);
}

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
			const factor = inverseOf(x, start, width, eps);
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

const unitKernel = arrayKernel<{ x: Array32 }, { y: Array32 }, { width: number; eps: number }>({
	name: 'UnitNorm',
	plan: ({ x }) => ({ y: x }),
	run: ({ x }, { y }, { width, eps }) => {
		for (let start = 0; start < x.length; start += width) {
			const factor = inverseOf(x, start, width, eps);
			for (let i = start; i < start + width; i++) y[i] = x[i]! * factor;
		}
	}
});

const unitGradient = arrayKernel<
	{ x: Array32; dy: Array32 },
	{ dx: Array32 },
	{ width: number; eps: number }
>({
	name: 'UnitNormGradient',
	plan: ({ x }) => ({ dx: x }),
	run: ({ x, dy }, { dx }, { width, eps }) => {
		for (let start = 0; start < x.length; start += width) {
			const factor = inverseOf(x, start, width, eps);
			let dot = 0;
			for (let i = start; i < start + width; i++) dot += dy[i]! * x[i]!;
			const pull = (dot * factor * factor) / width;
			for (let i = start; i < start + width; i++) dx[i] = factor * (dy[i]! - x[i]! * pull);
		}
	}
});

/**
 * RMS norm without weights of every head by itself, as on queries and keys.
 *
 * @param x rows of heads, side by side
 * @param width numbers in a head
 * @returns as x, owned by the caller
 *
 * Source: `rmsnorm`, meta-llama/llama-models, models/llama4/model.py.
 */
export function unitNorm(x: tf.Tensor2D, width: number, eps: number): tf.Tensor2D {
	if (!unitKernel.runsHere()) {
		return tf.tidy(() => {
			const rows: tf.Tensor2D = tf.reshape(x, [x.size / width, width]);
			return tf.reshape(composedNorm(rows, eps), x.shape);
		});
	}
	return withGradient(
		[x],
		() => ({ value: unitKernel({ x }, { width, eps }).y as tf.Tensor2D, saved: { x } }),
		(dy, saved) => [unitGradient({ ...saved, dy }, { width, eps }).dx]
	);
}

function composedNorm(x: tf.Tensor2D, eps: number): tf.Tensor2D {
	return tf.tidy(() => tf.mul(x, tf.rsqrt(tf.add(tf.mean(tf.square(x), -1, true), eps))));
}
