import type * as tf from '@tensorflow/tfjs-core';
import type { AttendSizes } from '$lib/kernels/attend';
import { pairSizes } from './attendPairs';
import { attended, attendSlopes, softmaxSums } from './attendTables';
import { glKernel, type Easel } from './glKernel';
import { half, script } from './program';

const stretch = script(() => ({
	functions: `vec2 moved(int row, int c) {
	int position = row % to;
	return position < from ? xRow(row / to * from + position, c) : vec2(0);
}`,
	code: 'return vec4(moved(2 * r, c), moved(2 * r + 1, c));'
}));

/** Rows of sequences of one length as rows of sequences of another, filled up with 0. */
function stretched(
	x: tf.TensorInfo,
	batch: number,
	from: number,
	to: number,
	{ draw }: Easel
): tf.TensorInfo {
	return draw({
		inputs: { x },
		shape: [batch * to, x.shape[1]!],
		lengths: { from, to },
		script: stretch()
	});
}

/** Runs `compute` on sequences of even length and gives its outputs their own lengths back. */
function onEven<Names extends string>(
	inputs: Readonly<Record<Names, { info: tf.TensorInfo; length: number }>>,
	batch: number,
	easel: Easel,
	compute: (even: Record<Names, tf.TensorInfo>) => { info: tf.TensorInfo; length: number }[]
): tf.TensorInfo[] {
	const change = (info: tf.TensorInfo, from: number, to: number) =>
		from === to ? info : stretched(info, batch, from, to, easel);
	const given = Object.entries<{ info: tf.TensorInfo; length: number }>(inputs);
	const even = given.map(([name, { info, length }]) => {
		return [name, change(info, length, 2 * half(length))] as const;
	});
	const made = compute(Object.fromEntries(even) as Record<Names, tf.TensorInfo>);
	const outputs = made.map(({ info, length }) => change(info, 2 * half(length), length));
	even.forEach(([, info], i) => info !== given[i]![1].info && easel.free(info));
	made.forEach(({ info }, i) => info !== outputs[i] && easel.free(info));
	return outputs;
}

const APART = { keys: 0, values: 0 };

/** The pattern's form here is the table of scores. */
glKernel<'q' | 'k' | 'v', AttendSizes>('Attend', ({ q, k, v }, attributes, easel) => {
	const sizes = pairSizes(attributes);
	const { batch, queries, keys } = sizes;
	const inputs = {
		q: { info: q, length: queries },
		k: { info: k, length: keys },
		v: { info: v, length: keys }
	};
	let table: tf.TensorInfo | undefined;
	const [context] = onEven(inputs, batch, easel, (even) => {
		const made = attended({ ...even, before: APART }, sizes, easel);
		table = made.scores;
		easel.free(made.sums);
		return [{ info: made.context, length: queries }];
	});
	return [context!, table!];
});

glKernel<'q' | 'k' | 'v' | 'context' | 'pattern' | 'dy', AttendSizes>(
	'AttendGradient',
	({ q, k, v, context, pattern: scores, dy }, attributes, easel) => {
		const sizes = pairSizes(attributes);
		const { batch, queries, keys } = sizes;
		const inputs = {
			q: { info: q, length: queries },
			k: { info: k, length: keys },
			v: { info: v, length: keys },
			context: { info: context, length: queries },
			dy: { info: dy, length: queries }
		};
		return onEven(inputs, batch, easel, (even) => {
			const sums = easel.draw(softmaxSums(scores, sizes));
			const made = { context: even.context, scores, sums };
			const heads = { ...even, before: APART };
			const [dq, dk, dv] = attendSlopes(heads, made, even.dy, sizes, easel);
			easel.free(sums);
			return [
				{ info: dq, length: queries },
				{ info: dk, length: keys },
				{ info: dv, length: keys }
			];
		});
	}
);
