import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { klDivergence, softmax } from '$lib/math/softmax';
import { forward } from '$lib/model/forward';
import type { DistillFrame, DistillPlan } from '$lib/protocol/distill';
import { INITIAL_SETTINGS, modelConfig, trainConfig } from '$lib/protocol/settings';
import { taskOf } from '$lib/tasks';
import { drawBatch } from '$lib/train/batch';
import {
	beginDistillation,
	disposeDistillation,
	distillStep,
	isDistilled,
	type Distillation
} from '$lib/train/distill';
import { readFrame } from '$lib/train/distillFrame';
import { disposeMeasure, divergence, lawMeasure } from '$lib/train/divergence';
import { disposeState, initState, stateToArrays } from '$lib/train/state';
import { readReports, trainStep } from '$lib/train/step';
import { expectNoLeak, NODE_BACKENDS, useBackend } from '../tensors';

const law = taskOf('law');
const V = law.vocabulary.length;
const small = {
	...{ ...INITIAL_SETTINGS, layers: 1, width: 8, heads: 2, kvHeads: 1, headWidth: 4, moeEvery: 2 },
	...{ denseFeedForward: 8, length: 6, batch: 2, learningRate: 0.01, warmupSteps: 0 }
};
const large = { ...small, width: 12, batch: 4 };
const student = { model: modelConfig(small, V), train: trainConfig(small) };

/** A run of six steps: one student learns from next tokens alone, one from the teacher alone. */
function planOf(teacher: Partial<DistillPlan['teacher']> = {}, ownEvery = 0): DistillPlan {
	return {
		...{ task: 'law', seed: 5, steps: 6, temperature: 2, ownEvery, every: 3, watched: [1, 2] },
		teacher: {
			...{ model: modelConfig(large, V), train: trainConfig(large), headStart: 0, noise: 0 },
			...teacher
		},
		students: [
			{ name: 'hard', ...student, weight: { kind: 'constant', weight: 0 } },
			{ name: 'soft', ...student, weight: { kind: 'constant', weight: 1 } }
		]
	};
}

/** Runs to the end; whoever asks frees the run. */
async function finish(plan: DistillPlan): Promise<{ run: Distillation; frame: DistillFrame }> {
	const run = beginDistillation(plan);
	while (!isDistilled(run)) distillStep(run);
	const { frame, problem } = await readFrame(run);
	expect(problem).toBeNull();
	return { run, frame };
}

const weightsOf = async (state: Distillation['teacher']) => (await stateToArrays(state)).params;

describe.each(NODE_BACKENDS)('distillation on %s', (backend) => {
	beforeAll(() => useBackend(backend));

	test('with a soft weight of 0 the student learns what ordinary training teaches it', async () => {
		const { run } = await finish(planOf());
		let alone = initState(student.model, 5);
		for (let step = 0; step < 6; step++) {
			const { tokens } = drawBatch(law, large, 5, step);
			const own = tokens.subarray(0, small.batch * small.length);
			const done = trainStep(alone, student.model, student.train, own);
			alone = done.state;
			await readReports([done.report]);
		}
		expect(await weightsOf(run.students[0]!)).toEqual(await weightsOf(alone));
		expect(await weightsOf(run.students[1]!)).not.toEqual(await weightsOf(alone));
		disposeState(alone);
		disposeDistillation(run);
	});

	test('the students do not teach back: the teacher is the same without them', async () => {
		const both = await finish(planOf());
		const one = await finish({ ...planOf(), students: planOf().students.slice(0, 1) });
		expect(await weightsOf(both.run.teacher)).toEqual(await weightsOf(one.run.teacher));
		[both, one].forEach(({ run }) => disposeDistillation(run));
	});

	test('co-distillation needs no pass of the teacher for the students alone', async () => {
		const { run, frame } = await finish(planOf());
		expect(frame.passes).toMatchObject({ trained: 6, reused: 6, extra: 0 });
		expect(frame.passes.passMs).toBeGreaterThan(0);
		disposeDistillation(run);
	});

	test('sequences that only the students read cost one extra pass each time', async () => {
		const { run, frame } = await finish(planOf({}, 3));
		expect(frame.passes).toMatchObject({ trained: 6, reused: 4, extra: 2 });
		disposeDistillation(run);
	});

	test('a teacher that has finished costs a pass in every step, one half ahead in every second', async () => {
		const finished = await finish(planOf({ headStart: 6 }));
		expect(finished.frame).toMatchObject({ teacherSteps: 6, step: 6 });
		expect(finished.frame.passes).toMatchObject({ trained: 6, reused: 0, extra: 6 });
		const half = await finish(planOf({ headStart: 3 }));
		expect(half.frame.passes).toMatchObject({ trained: 6, reused: 3, extra: 3 });
		[finished, half].forEach(({ run }) => disposeDistillation(run));
	});

	test('a flawed teacher is told other next tokens and so learns something else', async () => {
		const clean = await finish(planOf());
		const flawed = await finish(planOf({ noise: 1 }));
		expect(await weightsOf(flawed.run.teacher)).not.toEqual(await weightsOf(clean.run.teacher));
		expect(await weightsOf(flawed.run.students[0]!)).toEqual(await weightsOf(clean.run.students[0]!)); // prettier-ignore
		[clean, flawed].forEach(({ run }) => disposeDistillation(run));
	});

	test('a frame has mean losses since the one before, and where everyone stands', async () => {
		const run = beginDistillation(planOf());
		const before = (await readFrame(run)).frame;
		expect(before.teacher.loss).toBeNull();
		expect(before.students.map(({ losses }) => losses)).toEqual([null, null]);
		for (let i = 0; i < 3; i++) distillStep(run);
		const [hard, soft] = (await readFrame(run)).frame.students;
		expect(hard!.losses).toMatchObject({ weight: 0, total: hard!.losses!.hard });
		expect(soft!.losses!.total).toBeCloseTo(soft!.losses!.soft, 6);
		expect(soft!.logits.length).toBe(V);
		const distance = divergence(run.students[0]!.params, student.model, run.measure);
		expect(hard!.divergence).toBeCloseTo(distance.dataSync()[0]!, 6);
		expect(hard!.divergence).toBeGreaterThan(0);
		distance.dispose();
		disposeDistillation(run);
	});

	test('the divergence is that of the exact law, worked on plain numbers', () => {
		const measure = lawMeasure(law, 7, { length: 6, sequences: 2 });
		const state = initState(student.model, 7);
		const logits = tf.tidy(() =>
			forward(state.params, student.model, measure.tokens_BT).dataSync()
		);
		const tokens = measure.tokens_BT.dataSync();
		let sum = 0;
		for (const row of [0, 1]) {
			for (let t = 0; t < 5; t++) {
				const place = row * 6 + t;
				const p = softmax(logits.subarray(place * V, (place + 1) * V));
				sum += klDivergence(law.law(tokens.subarray(row * 6, place + 1))!, p);
			}
		}
		const measured = divergence(state.params, student.model, measure);
		expect(measured.dataSync()[0]).toBeCloseTo(sum / 10, 4);
		measured.dispose();
		disposeState(state);
		disposeMeasure(measure);
	});

	test('a run that leaves the finite numbers says so', async () => {
		const wild = { ...student.train, learningRate: 1e30, clipNorm: 0 };
		const plan = planOf();
		const run = beginDistillation({ ...plan, students: [{ ...plan.students[1]!, train: wild }] });
		for (let i = 0; i < 3; i++) distillStep(run);
		expect((await readFrame(run)).problem).toMatch(/not a finite number/);
		disposeDistillation(run);
	});

	test('leaves no tensor behind, also when it ends half-way', () =>
		expectNoLeak(async () => {
			const run = beginDistillation(planOf({ headStart: 2, noise: 0.5 }, 2));
			for (let i = 0; i < 5; i++) distillStep(run);
			await readFrame(run);
			distillStep(run);
			disposeDistillation(run);
		}));

	test('refuses students that read or know something else, and a task without a law', () => {
		const [first] = planOf().students;
		const with_ = (change: object) => ({ ...planOf(), students: [{ ...first!, ...change }] });
		const train = (change: object) => ({ train: { ...student.train, ...change } });
		expect(() => beginDistillation(with_(train({ batch: 9 })))).toThrow(/other sequences/);
		expect(() => beginDistillation(with_(train({ length: 9 })))).toThrow(/other sequences/);
		const other = { model: { ...student.model, vocabulary: 3 } };
		expect(() => beginDistillation(with_(other))).toThrow(/other tokens/);
		expect(() => lawMeasure(taskOf('text'), 1, { length: 4, sequences: 1 })).toThrow(/not known/);
	});
});
