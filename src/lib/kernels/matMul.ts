import * as tf from '@tensorflow/tfjs-core';
import { arrayKernel } from './arrayKernel';
import { transposeLoop } from './productLoop';
import { withGradient } from './withGradient';

/** `a[rows, inner] · b[inner, columns]`. */
interface Sizes {
	readonly rows: number;
	readonly inner: number;
	readonly columns: number;
}

type Array32 = Float32Array;

const productKernel = arrayKernel<{ a: Array32; b: Array32 }, { out: Array32 }, Sizes>({
	name: 'Product',
	plan: (_shapes, { rows, columns }) => ({ out: [rows, columns] }),
	run: ({ a, b }, { out }, { rows, inner, columns }, product) =>
		product(a, b, out, rows, inner, columns)
});

const productGradient = arrayKernel<
	{ a: Array32; b: Array32; dy: Array32 },
	{ da: Array32; db: Array32; aTurned: Array32; bTurned: Array32 },
	Sizes
>({
	name: 'ProductGradient',
	plan: ({ a, b }) => ({ da: a, db: b, aTurned: a, bTurned: b }),
	scratch: ['aTurned', 'bTurned'],
	run: ({ a, b, dy }, { da, db, aTurned, bTurned }, { rows, inner, columns }, product) => {
		transposeLoop(a, aTurned, rows, inner);
		transposeLoop(b, bTurned, inner, columns);
		product(dy, bTurned, da, rows, columns, inner);
		product(aTurned, dy, db, inner, rows, columns);
	}
});

/**
 * Matrix product `a · b`, with `da = dy · bᵀ` and `db = aᵀ · dy`. On the array backends nothing but
 * plain products is multiplied: what a gradient needs transposed is transposed first, because the
 * wasm backend is ten times slower with its transpose flags.
 *
 * @returns [rows of a, columns of b], owned by the caller
 * @throws RangeError if the inner sizes differ
 */
export function matMul(a: tf.Tensor2D, b: tf.Tensor2D): tf.Tensor2D {
	const [rows, inner] = a.shape;
	const [innerToo, columns] = b.shape;
	if (inner !== innerToo) {
		throw new RangeError(`cannot multiply ${a.shape.join(' × ')} by ${b.shape.join(' × ')}`);
	}
	if (!productKernel.runsHere()) return tf.matMul(a, b);
	const sizes = { rows, inner, columns };
	return withGradient(
		[a, b],
		() => ({ value: productKernel({ a, b }, sizes).out as tf.Tensor2D, saved: { a, b } }),
		(dy, saved) => {
			const { da, db } = productGradient({ ...saved, dy }, sizes);
			return [da, db];
		}
	);
}
