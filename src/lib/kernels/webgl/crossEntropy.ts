import type * as tf from '@tensorflow/tfjs-core';
import { glKernel } from './glKernel';
import { half, type Drawing } from './program';

interface Sizes {
	readonly rows: number;
}

const LOWEST = '-3.4e38';

/** GLSL: the block of logits in column k, the lowest number beyond the vocabulary. */
const logitsBlock = (row: string, vocabulary: number) => `vec4 block = logitsTexel(${row}, k);
		${vocabulary % 2 === 0 ? '' : `if (k == ${half(vocabulary) - 1}) block.yw = vec2(${LOWEST});`}`;

/** The logarithm of the sum of each row's powers. */
export function logSumsOf(logits: tf.TensorInfo): Drawing {
	const [rows, vocabulary] = logits.shape as [number, number];
	const each = (body: string) => `for (int k = 0; k < ${half(vocabulary)}; k++) {
		${logitsBlock('c', vocabulary)}
		${body}
	}`;
	return {
		inputs: { logits },
		shape: [rows],
		code: `vec2 highest = vec2(${LOWEST}), sum = vec2(0);
	${each('highest = max(highest, max(block.xz, block.yw));')}
	${each('sum += exp(block.xz - highest) + exp(block.yw - highest);')}
	return vec4(highest + log(sum), 0, 0);`
	};
}

/** GLSL: the losses of rows 2c and 2c + 1, of `target`; none where it is negative. */
export const LOSSES = `vec2 logSum = logSumsTexel(0, c).xy, loss = vec2(0);
	if (target.x >= 0) loss.x = logSum.x - logitsAt(2 * c, target.x);
	if (target.y >= 0) loss.y = logSum.y - logitsAt(2 * c + 1, target.y);
	return vec4(loss, 0, 0);`;

/** GLSL: slopes of a block of logits, from the `targets` of two rows and a `factor` for each number. */
export const LOGIT_SLOPES = `ivec4 target = targets.xxyy;
	factor *= vec4(greaterThanEqual(target, ivec4(0)));
	vec4 isTarget = vec4(equal(target, ivec4(2 * c, 2 * c + 1, 2 * c, 2 * c + 1)));
	return factor * (exp(logitsTexel(r, c) - logSumsTexel(0, r).xxyy) - isTarget);`;

glKernel<'logits' | 'targets', Sizes>('CrossEntropy', ({ logits, targets }, { rows }, { draw }) => {
	const logSums = draw(logSumsOf(logits));
	const losses = draw({
		inputs: { logits, targets, logSums },
		shape: [rows],
		code: `ivec2 target = ivec2(targetsTexel(0, c).xy);
	${LOSSES}`
	});
	return [losses, logSums];
});

glKernel<'logits' | 'targets' | 'logSums' | 'dy', Sizes>(
	'CrossEntropyGradient',
	({ logits, targets: ids, logSums, dy }, _sizes, { draw }) => [
		draw({
			inputs: { logits, ids, logSums, dy },
			shape: logits.shape,
			code: `ivec2 targets = ivec2(idsTexel(0, r).xy);
	vec4 factor = dyTexel(0, r).xxyy;
	${LOGIT_SLOPES}`
		})
	]
);
