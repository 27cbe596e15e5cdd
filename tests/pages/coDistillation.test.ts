import { describe, expect, test } from 'vitest';
import { pullsOf, pullTable } from '$lib/views/pulls';
import { load } from '../../src/routes/lessons/co-distillation/+page.server';
import { readCurve, writeCurve } from '../../src/routes/lessons/co-distillation/curve';
import { winsOf } from '../../src/routes/lessons/co-distillation/numbers';
import { passCounts } from '../../src/routes/lessons/co-distillation/passes';

const data = load();

describe('the lesson on co-distillation', () => {
	test('states the numbers of the recorded runs', () => {
		const text = data.words.steps.flatMap((step) => step.text).join(' ');
		const { hard, soft, wins, seeds } = data.numbers;
		expect(text).toContain(`${hard.toFixed(2)} nats with next tokens only`);
		expect(text).toContain(`${soft.toFixed(2)} with the teacher only`);
		expect(text).toContain(`with ${wins} of ${seeds}`);
		expect(wins).toBe(winsOf(data.ends.dynamicWeights, data.numbers.best));
		expect(soft).toBeLessThan(hard);
	});

	test('counts the passes as the runs do', () => {
		expect(passCounts(6, 0, 0)).toEqual({ trained: 6, reused: 6, extra: 0 });
		expect(passCounts(6, 0, 3)).toEqual({ trained: 6, reused: 4, extra: 2 });
		expect(passCounts(6, 3, 0)).toEqual({ trained: 6, reused: 3, extra: 3 });
		expect(passCounts(6, 6, 0)).toEqual({ trained: 6, reused: 0, extra: 6 });
	});

	test('keeps a drawn curve with its gaps in the link', () => {
		expect(readCurve('a-0')).toEqual([1, null, 0]);
		expect(writeCurve([1, null, 0.26])).toBe('a-3');
	});

	test('shows the pulls of the recorded student, which add up to nothing', () => {
		const frame = data.frames.at(-1)!;
		const scene = {
			...{ texts: data.texts, truth: data.law, next: 3, progress: 1, temperature: 1 },
			rule: { kind: 'constant', weight: 0.5 } as const,
			teacherLogits: frame.teacher.logits,
			studentLogits: frame.students[0]!.logits
		};
		const { hard, soft, mixed } = pullsOf(scene);
		for (const pull of [hard, soft, mixed]) {
			expect(Math.abs(pull.reduce((sum, each) => sum + each, 0))).toBeLessThan(1e-9);
		}
		expect(pullTable(scene).rows).toHaveLength(16);
	});
});
