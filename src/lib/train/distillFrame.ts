import * as tf from '@tensorflow/tfjs-core';
import { forward } from '$lib/model/forward';
import type { Params } from '$lib/model/params';
import type { ModelConfig } from '$lib/protocol/config';
import type { DistillFrame, Standing, StudentLosses } from '$lib/protocol/distill';
import { teacherPass, type Distillation } from './distill';
import { divergence } from './divergence';
import { readReports } from './step';

/** A frame, and why the run has to stop there, in one sentence, or null. */
export interface ReadFrame {
	frame: DistillFrame;
	problem: string | null;
}

/**
 * Measures teacher and students where they stand, and reads what their steps since the frame before
 * have left on the device.
 */
export async function readFrame(run: Distillation): Promise<ReadFrame> {
	const { plan } = run;
	const taught = await readReports(run.pending.splice(0));
	const teacher = await standing(run, run.teacher.params, plan.teacher.model);
	const students: DistillFrame['students'][number][] = [];
	let problem = taught.find((report) => report.problem !== null)?.problem ?? null;
	for (const [index, { model }] of plan.students.entries()) {
		const pending = run.pendingOf[index]!.splice(0);
		const losses = await readLosses(pending.map((each) => each.losses));
		const reports = await readReports(pending.map(({ report }) => report));
		problem ??= reports.find((report) => report.problem !== null)?.problem ?? null;
		students.push({ ...(await standing(run, run.students[index]!.params, model)), losses });
	}
	run.passes.passMs = await timePass(run);
	const loss = taught.length === 0 ? null : meanOf(taught.map((report) => report.loss));
	const frame: DistillFrame = {
		...{ step: run.step, teacherSteps: run.teacher.step, students },
		teacher: { ...teacher, loss },
		passes: { ...run.passes }
	};
	return { frame, problem };
}

async function standing(
	{ plan, measure }: Distillation,
	params: Params,
	config: ModelConfig
): Promise<Standing> {
	const { watched } = plan;
	const V = config.vocabulary;
	const numbers = tf.tidy(() => {
		const distance = tf.reshape(divergence(params, config, measure), [1]);
		if (watched.length === 0) return distance;
		const tokens_BT = tf.tensor2d([...watched], [1, watched.length], 'int32');
		const logits = tf.slice(forward(params, config, tokens_BT), [0, watched.length - 1, 0]);
		return tf.concat([distance, tf.reshape(logits, [V])]);
	});
	const data = await numbers.data<'float32'>();
	numbers.dispose();
	return { divergence: data[0]!, logits: Float32Array.from(data.subarray(1)) };
}

/** Means of the losses of some steps; frees them. Null without any. */
async function readLosses(pending: readonly tf.Tensor1D[]): Promise<StudentLosses | null> {
	if (pending.length === 0) return null;
	const means = tf.tidy(() => tf.mean(tf.stack([...pending]), 0));
	const [total, hard, soft, weight] = (await means.data<'float32'>()) as unknown as [
		number,
		number,
		number,
		number
	];
	tf.dispose([means, ...pending]);
	return { total, hard, soft, weight };
}

/** How long one pass of the teacher over the students' batch takes, in milliseconds. */
async function timePass(run: Distillation): Promise<number> {
	const batch = Math.max(...run.plan.students.map(({ train }) => train.batch));
	const { length } = run.plan.teacher.train;
	const began = performance.now();
	const logits_BTV = teacherPass(run, new Int32Array(batch * length), batch);
	await logits_BTV.data();
	logits_BTV.dispose();
	return performance.now() - began;
}

function meanOf(values: readonly number[]): number {
	return values.reduce((sum, value) => sum + value, 0) / values.length;
}
