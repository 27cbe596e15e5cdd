import { render } from 'svelte/server';
import { describe, expect, test } from 'vitest';
import { dynamicWeights } from '$lib/experiments/dynamicWeights';
import { trialOf } from '$lib/experiments/experiment';
import { pullsOf } from '$lib/views/pulls';
import { load } from '../../src/routes/lessons/co-distillation/+page.server';
import { readCurve, writeCurve } from '../../src/routes/lessons/co-distillation/curve';
import { endsIn } from '../../src/routes/lessons/co-distillation/ends';
import { CONSTANTS, RULE_NAMES, winsOf } from '../../src/routes/lessons/co-distillation/numbers';
import { passCounts } from '../../src/routes/lessons/co-distillation/passes';
import SeedsFigure from '../../src/routes/lessons/co-distillation/SeedsFigure.svelte';
import { seriesOf } from '../../src/routes/lessons/co-distillation/series';
import {
	COUNTED_STEPS,
	passTrial,
	weightTrial
} from '../../src/routes/lessons/co-distillation/trials';

const data = load();

describe('the lesson on co-distillation', () => {
	test('states the numbers of the recorded runs, and none of them before its moment', () => {
		const { steps } = data.words;
		const told = steps.flatMap(({ captions }) => captions ?? []).join(' ');
		const { hard, half, soft, wins, seeds } = data.numbers;
		expect(told).toContain(`${hard.toFixed(2)} nats with next tokens only`);
		expect(told).toContain(`${half.toFixed(2)} half and half`);
		expect(told).toContain(`${soft.toFixed(2)} with the teacher only`);
		expect(told).toContain(`with ${wins} of ${seeds}`);
		expect(wins).toBe(winsOf(data.ends.dynamicWeights, data.numbers.best));
		expect(soft).toBeLessThan(hard);
		const first = steps.flatMap(({ text, captions }) => [...text, captions?.[0] ?? '']).join(' ');
		expect(first).not.toContain(soft.toFixed(2));
		expect(first).not.toContain('No rule won');
	});

	test('asks for an act at each of its steps', () => {
		expect(data.words.steps.length).toBeGreaterThanOrEqual(5);
		expect(data.words.steps.length).toBeLessThanOrEqual(8);
		for (const { act, picture } of data.words.steps) {
			expect(act.length).toBeGreaterThan(20);
			expect(picture.length).toBeGreaterThan(40);
		}
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
	});
});

describe('the runs of the lesson', () => {
	test('begin where the experiment stands: same teacher, same seed, same students', () => {
		const { plan } = weightTrial({}, { kind: 'line', from: 1, to: 0 });
		const theirs = trialOf(dynamicWeights, dynamicWeights.seeds[0]!);
		if (theirs.kind !== 'distill') throw new Error('not a distillation');
		expect(plan.teacher).toEqual(theirs.plan.teacher);
		expect([plan.seed, plan.steps]).toEqual([theirs.plan.seed, theirs.plan.steps]);
		expect(plan.students[0]).toEqual(theirs.plan.students.find(({ name }) => name === 'hard'));
	});

	test('were recorded where the experiment ended', () => {
		const { dynamicWeights: ends } = data.ends;
		const [hard, half, own] = endsIn(data.flawed)!;
		expect(hard).toBeCloseTo(ends.hard![0]!, 3);
		expect(half).toBeCloseTo(ends.half![0]!, 3);
		expect(own).toBeCloseTo(ends.fall![0]!, 3);
		expect(endsIn([])).toBeNull();
	});

	test('give the teacher the head start and the students the text that was asked for', () => {
		const { plan } = passTrial(1, 0.5, 4);
		expect(plan.teacher.headStart).toBe(COUNTED_STEPS / 2);
		expect([plan.steps, plan.ownEvery]).toEqual([COUNTED_STEPS, 4]);
		expect(weightTrial({ steps: 60 }, { kind: 'gap' }).plan.every).toBe(2);
	});
});

describe('the pictures of the lesson', () => {
	test('have a curve for the teacher and each student, where there are numbers', () => {
		const names = ['next tokens only', 'half and half', 'teacher only'];
		const distance = seriesOf(data.frames, names, 'distance');
		expect(distance.map(({ label }) => label)).toEqual(['teacher', ...names]);
		expect(distance[3]!.values.at(-1)).toBe(data.frames.at(-1)!.students[2]!.divergence);
		const soft = seriesOf(data.frames, names.slice(0, 1), 'soft');
		expect(soft.map(({ label }) => label)).toEqual(['next tokens only']);
		expect(soft[0]!.values[0]).toBeNull();
	});

	test('mark the rules that came nearer than every constant weight, seed by seed', () => {
		const { dynamicWeights: ends } = data.ends;
		const seeds = dynamicWeights.seeds.map((seed) => `seed ${seed}`);
		const arms = Object.entries(dynamicWeights.arms).filter(([arm]) => arm !== 'teacher');
		const names = Object.fromEntries(arms.map(([arm, { label }]) => [arm, label]));
		const props = { ends, names, constants: CONSTANTS, origin: 'Recorded.' };
		const { body } = render(SeedsFigure, { props: { ...props, seeds } });
		const wins = Object.keys(RULE_NAMES).reduce((sum, rule) => sum + winsOf(ends, rule), 0);
		expect(body.match(/nearer than every constant weight/g)).toHaveLength(wins);
		const one = render(SeedsFigure, { props: { ...props, seeds: seeds.slice(0, 1) } }).body;
		expect(one.match(/<section/g)!.length).toBe(2);
		expect(one).not.toContain('seed 12');
	});
});
