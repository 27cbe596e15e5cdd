import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, test } from 'vitest';
import {
	distillLoss,
	hardPull,
	mixedPull,
	softPull,
	softTarget,
	softWeight,
	type SoftWeight
} from '$lib/math/distill';
import { random } from '$lib/math/random';
import { disposeTargets, distillLosses, makeTargets } from '$lib/train/softTargets';
import { expectClose, expectNoLeak, NODE_BACKENDS, useBackend } from '../tensors';

const [B, T, V] = [2, 4, 5];
const TOKENS = [[0, 3, 1, 4], [2, 2, 0, 1]]; // prettier-ignore
const PROGRESS = 0.3;

/** Logits of so many sequences, drawn from a seed. */
function drawn(seed: number, batch = B): Float32Array {
	const draw = random(seed);
	return Float32Array.from({ length: batch * T * V }, () => 1.5 * draw.normal());
}

const rowOf = (logits: Float32Array, row: number, t: number) =>
	logits.subarray((row * T + t) * V, (row * T + t + 1) * V);

/** The same on plain numbers: mean losses, and minus the gradient by every logit. */
function plain(
	student: Float32Array,
	teacher: Float32Array,
	rule: SoftWeight,
	temperature: number
) {
	const sums = { total: 0, hard: 0, soft: 0, weight: 0 };
	const pulls = new Float64Array(student.length);
	const count = B * (T - 1);
	TOKENS.forEach((sequence, row) => {
		for (let t = 0; t + 1 < T; t++) {
			const [z, next] = [rowOf(student, row, t), sequence[t + 1]!];
			const target = softTarget(rowOf(teacher, row, t), temperature);
			const weight = softWeight(rule, PROGRESS, target, softTarget(z, temperature));
			const losses = distillLoss(z, next, target, temperature, weight);
			sums.total += losses.total / count;
			sums.hard += losses.hard / count;
			sums.soft += losses.soft / count;
			sums.weight += weight / count;
			const pull = mixedPull(hardPull(z, next), softPull(z, target, temperature), weight);
			pulls.set(pull.map((each) => each / count), (row * T + t) * V); // prettier-ignore
		}
	});
	return { sums, pulls };
}

const RULES: SoftWeight[] = [
	{ kind: 'constant', weight: 0 },
	{ kind: 'constant', weight: 1 },
	{ kind: 'line', from: 1, to: 0 },
	{ kind: 'drawn', points: [0, null, 0.8] },
	{ kind: 'confidence' },
	{ kind: 'gap' }
];

describe.each(NODE_BACKENDS)('soft targets on %s', (backend) => {
	beforeAll(() => useBackend(backend));

	test.each(RULES)('losses and gradient balance with the plain ones, weight $kind', (rule) => {
		for (const temperature of [1, 2.5]) {
			const [student, teacher] = [drawn(1), drawn(2)];
			const targets = makeTargets(tf.tensor3d(teacher, [B, T, V]), temperature);
			const tokens_BT = tf.tensor2d(TOKENS, [B, T], 'int32');
			const logits_BTV = tf.tensor3d(student, [B, T, V]);
			const read = distillLosses(logits_BTV, tokens_BT, targets, rule, PROGRESS);
			const grad = tf.grad(
				(z) => distillLosses(z as tf.Tensor3D, tokens_BT, targets, rule, PROGRESS).total
			)(logits_BTV);
			const { sums, pulls } = plain(student, teacher, rule, temperature);
			for (const name of ['total', 'hard', 'soft', 'weight'] as const) {
				expectClose(read[name].dataSync(), [sums[name]], 2e-6);
			}
			expectClose(grad.dataSync(), pulls.map((pull) => -pull), 1e-6); // prettier-ignore
		}
	});

	test('a student with a smaller batch reads the first sequences', () => {
		const rule = { kind: 'constant', weight: 0.5 } as const;
		const targets = makeTargets(tf.tensor3d(drawn(2, 3), [3, T, V]), 1);
		const tokens_BT = tf.tensor2d(TOKENS, [B, T], 'int32');
		const read = distillLosses(tf.tensor3d(drawn(1), [B, T, V]), tokens_BT, targets, rule, 0);
		const { sums } = plain(drawn(1), drawn(2, 3), rule, 1);
		expectClose(read.total.dataSync(), [sums.total], 2e-6);
	});

	test('leave no tensor behind', () =>
		expectNoLeak(() => {
			const logits_BTV = tf.tensor3d(drawn(1), [B, T, V]);
			const tokens_BT = tf.tensor2d(TOKENS, [B, T], 'int32');
			const targets = makeTargets(logits_BTV, 2);
			const read = distillLosses(logits_BTV, tokens_BT, targets, { kind: 'gap' }, 0);
			const { total, hard, soft, weight } = read;
			tf.dispose([logits_BTV, tokens_BT, total, hard, soft, weight]);
			disposeTargets(targets);
		}));
});
