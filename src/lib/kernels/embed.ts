import type * as tf from '@tensorflow/tfjs-core';
import { arrayKernel } from './arrayKernel';
import { withGradient } from './withGradient';

type Array32 = Float32Array;

const embedKernel = arrayKernel<
	{ table: Array32; tokens: Int32Array },
	{ y: Array32 },
	{ count: number; width: number }
>({
	name: 'Embed',
	plan: (_shapes, { count, width }) => ({ y: [count, width] }),
	run: ({ table, tokens }, { y }, { count, width }) => {
		for (let n = 0; n < count; n++) {
			const token = tokens[n]!;
			if (!(token >= 0 && token * width < table.length)) {
				throw new RangeError(`there is no token ${token}`);
			}
			y.set(table.subarray(token * width, (token + 1) * width), n * width);
		}
	}
});

const embedGradient = arrayKernel<
	{ table: Array32; tokens: Int32Array; dy: Array32 },
	{ dTable: Array32 },
	{ width: number }
>({
	name: 'EmbedGradient',
	plan: ({ table }) => ({ dTable: table }),
	run: ({ tokens, dy }, { dTable }, { width }) => {
		dTable.fill(0);
		tokens.forEach((token, n) => {
			for (let i = 0; i < width; i++) dTable[token * width + i]! += dy[n * width + i]!;
		});
	}
});

/**
 * The rows of a table that the tokens name; the gradient adds up where a token comes twice.
 *
 * @param tokens int32 of any shape
 * @returns [tokens, width], owned by the caller
 * @throws RangeError (array backends) for a token that the table lacks
 */
export function embed(table_VD: tf.Tensor2D, tokens: tf.Tensor): tf.Tensor2D {
	const width = table_VD.shape[1];
	return withGradient(
		[table_VD],
		() => ({
			value: embedKernel({ table: table_VD, tokens }, { count: tokens.size, width })
				.y as tf.Tensor2D,
			saved: { table: table_VD, tokens }
		}),
		(dy, saved) => [embedGradient({ ...saved, dy }, { width }).dTable]
	);
}
