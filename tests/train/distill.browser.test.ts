import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-webgl';
import '$lib/kernels/boot';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { DISTILL_CHOICES, distillPlan } from '$lib/experiments/softTargets';
import { distillTrial, framesOf, type DistillFrame } from '$lib/protocol/distill';
import { runTrial } from '$lib/train/trial';

const plan = distillPlan(
	{ ...DISTILL_CHOICES, steps: 3, every: 3, headStart: 1, ownEvery: 2, teacherWidth: 8 },
	{ half: { kind: 'constant', weight: 0.5 }, gap: { kind: 'gap' } }
);

/** A short distillation, and what is left in memory after it. */
async function distilled(backend: string): Promise<{ frames: DistillFrame[]; leaked: number }> {
	tf.enableProdMode();
	expect(await tf.setBackend(backend)).toBe(true);
	const before = tf.memory().numTensors;
	const { arms } = await runTrial(distillTrial(plan));
	return { frames: framesOf(arms), leaked: tf.memory().numTensors - before };
}

test('teacher and students on WebGL learn what they learn on plain JavaScript, and leave nothing behind', async () => {
	const [plain, gpu] = [await distilled('cpu'), await distilled('webgl')];
	expect(gpu.leaked).toBe(0);
	expect(gpu.frames.map(({ step }) => step)).toEqual([0, 3]);
	gpu.frames.forEach(({ teacher, students, passes }, i) => {
		const expected = plain.frames[i]!;
		expect(teacher.divergence).toBeCloseTo(expected.teacher.divergence, 3);
		expect(passes.extra).toBe(expected.passes.extra);
		students.forEach(({ divergence, losses }, student) => {
			expect(divergence).toBeCloseTo(expected.students[student]!.divergence, 3);
			const { soft, weight } = expected.students[student]!.losses ?? {};
			if (losses && soft !== undefined) expect(losses.soft).toBeCloseTo(soft, 3);
			if (losses && weight !== undefined) expect(losses.weight).toBeCloseTo(weight, 3);
		});
	});
}, 120_000);
