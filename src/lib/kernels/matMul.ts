import type * as tf from '@tensorflow/tfjs-core';
import { arrayKernel } from './arrayKernel';
import type { ProductSizes } from './plain/product';
import { withGradient } from './withGradient';

type Array32 = Float32Array;

const productKernel = arrayKernel<{ a: Array32; b: Array32 }, { out: Array32 }, ProductSizes>({
	name: 'Product',
	plan: (_shapes, { rows, columns }) => ({ out: [rows, columns] }),
	run: ({ a, b }, { out }, sizes, loops) => loops.product(a, b, out, sizes)
});

const productGradient = arrayKernel<
	{ a: Array32; b: Array32; dy: Array32 },
	{ da: Array32; db: Array32 },
	ProductSizes
>({
	name: 'ProductGradient',
	plan: ({ a, b }) => ({ da: a, db: b }),
	run: ({ a, b, dy }, { da, db }, { rows, inner, columns }, loops) => {
		loops.product(dy, b, da, { rows, inner: columns, columns: inner }, 'abT');
		loops.product(a, dy, db, { rows: inner, inner: rows, columns }, 'aTb');
	}
});

/**
 * Matrix product `a · b`, with `da = dy · bᵀ` and `db = aᵀ · dy`. The array backends multiply by
 * loops of our own, which read a matrix as transposed at no price.
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
