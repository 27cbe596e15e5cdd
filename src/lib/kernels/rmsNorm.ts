import type * as tf from '@tensorflow/tfjs-core';
import { arrayKernel } from './arrayKernel';
import type { NormSizes } from './plain/norm';
import { withGradient } from './withGradient';

type Array32 = Float32Array;

const normKernel = arrayKernel<
	{ x: Array32; weight: Array32 },
	{ y: Array32; inverse: Array32 },
	NormSizes
>({
	name: 'RmsNorm',
	plan: ({ x }, { rows }) => ({ y: x, inverse: [rows] }),
	run: (given, made, sizes, loops) => loops.rmsNorm({ ...given, ...made }, sizes)
});

const normGradient = arrayKernel<
	{ x: Array32; weight: Array32; inverse: Array32; dy: Array32 },
	{ dx: Array32; dWeight: Array32 },
	NormSizes
>({
	name: 'RmsNormGradient',
	plan: ({ x, weight }) => ({ dx: x, dWeight: weight }),
	run: (given, made, sizes, loops) => loops.rmsNormBack({ ...given, ...made }, sizes)
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
	return withGradient(
		[x, weight],
		() => {
			const { y, inverse } = normKernel({ x, weight }, { rows, width, eps });
			return { value: y as tf.Tensor2D, saved: { x, weight, inverse } };
		},
		(dy, saved) => {
			const { dx, dWeight } = normGradient({ ...saved, dy }, { rows, width, eps });
			return [dx, dWeight];
		}
	);
}

const unitKernel = arrayKernel<{ x: Array32 }, { y: Array32 }, NormSizes>({
	name: 'UnitNorm',
	plan: ({ x }) => ({ y: x }),
	run: (given, made, sizes, loops) => loops.unitNorm({ ...given, ...made }, sizes)
});

const unitGradient = arrayKernel<{ x: Array32; dy: Array32 }, { dx: Array32 }, NormSizes>({
	name: 'UnitNormGradient',
	plan: ({ x }) => ({ dx: x }),
	run: (given, made, sizes, loops) => loops.unitNormBack({ ...given, ...made }, sizes)
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
	const sizes = { rows: x.size / width, width, eps };
	return withGradient(
		[x],
		() => ({ value: unitKernel({ x }, sizes).y as tf.Tensor2D, saved: { x } }),
		(dy, saved) => [unitGradient({ ...saved, dy }, sizes).dx]
	);
}
