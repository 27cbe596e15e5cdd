import { beforeAll, describe, expect, test } from 'vitest';
import { DISTILL_CHOICES, distillPlan } from '$lib/experiments/softTargets';
import { distillTrial, framesOf } from '$lib/protocol/distill';
import { runTrial, stepTrial } from '$lib/train/trial';
import { expectNoLeak, NODE_BACKENDS, useBackend } from '../tensors';

const choices = { ...DISTILL_CHOICES, steps: 4, every: 2, headStart: 2, teacherWidth: 8 };
const trial = distillTrial(
	distillPlan(choices, {
		hard: { kind: 'constant', weight: 0 },
		drawn: { kind: 'drawn', points: [null, 0.2, null, 0.8] }
	})
);

describe.each(NODE_BACKENDS)('a distillation as a trial on %s', (backend) => {
	beforeAll(() => useBackend(backend));

	test('tells teacher and students as arms, and the frames can be read back', async () => {
		const outcome = await runTrial(trial);
		expect(outcome.arms.map(({ name }) => name)).toEqual(['teacher', 'hard', 'drawn']);

		const frames = framesOf(outcome.arms);
		expect(frames.map(({ step }) => step)).toEqual([0, 2, 4]);
		expect(frames.map(({ teacherSteps }) => teacherSteps)).toEqual([0, 4, 4]);
		const last = frames[2]!;
		expect(last.passes).toMatchObject({ trained: 4, reused: 2, extra: 2 });
		// Steps 3 and 4 of 4: 0.5 between the drawn points, then 0.8.
		expect(last.students[1]!.losses!.weight).toBeCloseTo(0.65, 5);
		expect(last.teacher.logits.length).toBe(16);
		expect(last.students[0]!.divergence).toBeGreaterThan(0);
	});

	test('leaves no tensor behind where it is stopped half-way', () =>
		expectNoLeak(async () => {
			let news = 0;
			for await (const item of stepTrial(trial)) {
				news += item.probed.length + 1;
				if (news > 6) break;
			}
		}));
});
