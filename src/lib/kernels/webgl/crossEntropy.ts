import type * as tf from '@tensorflow/tfjs-core';
import { glKernel } from './glKernel';
import { half, script, type Drawing } from './program';

interface Sizes {
	readonly rows: number;
}

const LOWEST = '-3.4e38';

/** GLSL: the block of logits in column k, the lowest number beyond the vocabulary. */
const logitsBlock = (row: string, vocabulary: number) => `vec4 block = logitsTexel(${row}, k);
		${vocabulary % 2 === 0 ? '' : `if (k == ${half(vocabulary) - 1}) block.yw = vec2(${LOWEST});`}`;

const logSum = script((vocabulary: number) => {
	const each = (body: string) => `for (int k = 0; k < ${half(vocabulary)}; k++) {
		${logitsBlock('c', vocabulary)}
		${body}
	}`;
	return {
		code: `vec2 highest = vec2(${LOWEST}), sum = vec2(0);
	${each('highest = max(highest, max(block.xz, block.yw));')}
	${each('sum += exp(block.xz - highest) + exp(block.yw - highest);')}
	return vec4(highest + log(sum), 0, 0);`
	};
});

/** The logarithm of the sum of each row's powers. */
export function logSumsOf(logits: tf.TensorInfo): Drawing {
	const [rows, vocabulary] = logits.shape as [number, number];
	return { inputs: { logits }, shape: [rows], script: logSum(vocabulary) };
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

const losses = script(() => ({
	code: `ivec2 target = ivec2(targetsTexel(0, c).xy);
	${LOSSES}`
}));

glKernel<'logits' | 'targets', Sizes>('CrossEntropy', ({ logits, targets }, { rows }, { draw }) => {
	const logSums = draw(logSumsOf(logits));
	const inputs = { logits, targets, logSums };
	return [draw({ inputs, shape: [rows], script: losses() }), logSums];
});

const logitSlopes = script(() => ({
	code: `ivec2 targets = ivec2(idsTexel(0, r).xy);
	vec4 factor = dyTexel(0, r).xxyy;
	${LOGIT_SLOPES}`
}));

glKernel<'logits' | 'targets' | 'logSums' | 'dy', Sizes>(
	'CrossEntropyGradient',
	({ logits, targets: ids, logSums, dy }, _sizes, { draw }) => [
		draw({
			inputs: { logits, ids, logSums, dy },
			shape: logits.shape,
			script: logitSlopes()
		})
	]
);
