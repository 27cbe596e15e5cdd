import * as tf from '@tensorflow/tfjs-core';
import { random } from '$lib/math/random';
import { forward } from '$lib/model/forward';
import type { DistillPlan, StudentPlan, TeacherPasses } from '$lib/protocol/distill';
import { taskOf, type Task } from '$lib/tasks';
import { drawBatch } from './batch';
import { disposeMeasure, lawMeasure, type LawMeasure } from './divergence';
import type { Objective } from './gradient';
import { nextTokenLoss } from './loss';
import { disposeTargets, distillLosses, makeTargets, type SoftTargets } from './softTargets';
import { disposeState, initState, type TrainState } from './state';
import { trainStep, type PendingReport } from './step';

/*
 * Teacher and students train side by side on the same batches. The teacher's forward pass over a batch
 * is made anyway, to train it; the distributions that come out are every student's soft targets. This
 * is what Meta says of codistillation: it "amortizes the computational cost of resource-intensive forward
 * passes needed to compute the targets". Everything else here is our choice: Meta published no formula.
 *
 * Source: Meta, "The Llama 4 herd" (2025-04-05).
 */

/** A distillation under way. Its tensors are its own: `disposeDistillation` frees them. */
export interface Distillation {
	readonly plan: DistillPlan;
	readonly task: Task;
	readonly measure: LawMeasure;
	teacher: TrainState;
	students: TrainState[];
	/** Steps the students have made. */
	step: number;
	passes: TeacherPasses;
	/** The teacher's steps whose numbers are still on the device. */
	pending: PendingReport[];
	/** The same of each student, with its losses: total, hard, soft, weight. */
	pendingOf: { report: PendingReport; losses: tf.Tensor1D }[][];
}

/** Streams of random numbers beside those of the batches, which count from 0. */
const HEAD_START_STREAM = 2 ** 28;
const OWN_STREAM = 2 ** 28 + 2 ** 27;
const NOISE_STREAM = 2 ** 29;
/** The teacher draws its weights from a seed of its own, or a twin of the student would teach it. */
const TEACHER_SEED = 2 ** 32;
/** Sequences on which the divergence from the law is measured. */
const MEASURED = 32;

/**
 * Teacher and students before their first step.
 *
 * @throws RangeError if the task's law is not known, or a student does not fit its teacher
 */
export function beginDistillation(plan: DistillPlan): Distillation {
	const task = taskOf(plan.task);
	plan.students.forEach((student) => requireFit(student, plan));
	const { length } = plan.teacher.train;
	return {
		...{ plan, task, step: 0, pending: [], pendingOf: plan.students.map(() => []) },
		measure: lawMeasure(task, plan.seed, { length, sequences: MEASURED }),
		teacher: initState(plan.teacher.model, plan.seed + TEACHER_SEED),
		students: plan.students.map(({ model }) => initState(model, plan.seed)),
		passes: { trained: 0, reused: 0, extra: 0, passMs: 0 }
	};
}

function requireFit({ name, model, train }: StudentPlan, { teacher }: DistillPlan): void {
	if (train.batch > teacher.train.batch || train.length !== teacher.train.length) {
		throw new RangeError(`${name} reads other sequences than the teacher`);
	}
	if (model.vocabulary !== teacher.model.vocabulary) {
		throw new RangeError(`${name} knows other tokens than the teacher`);
	}
}

export function disposeDistillation(run: Distillation): void {
	[run.teacher, ...run.students].forEach(disposeState);
	disposeMeasure(run.measure);
	tf.dispose(run.pending.map(({ numbers }) => numbers));
	tf.dispose(run.pendingOf.flat().flatMap(({ report, losses }) => [report.numbers, losses]));
}

/** Whether the students have made all their steps. */
export function isDistilled({ plan, step }: Distillation): boolean {
	return step >= plan.steps;
}

/** One step: of the teacher alone while it has its head start, then of all. */
export function distillStep(run: Distillation): void {
	const { plan, task, teacher } = run;
	if (teacher.step < plan.teacher.headStart) {
		const tokens = drawTokens(run, HEAD_START_STREAM + teacher.step);
		trainTeacher(run, tokens).dispose();
		return;
	}
	const shared = drawTokens(run, run.step);
	const isOwn = plan.ownEvery > 0 && (run.step + 1) % plan.ownEvery === 0;
	const logits_BTV = teacher.step < plan.steps ? trainTeacher(run, shared) : null;
	const batch = Math.max(...plan.students.map(({ train }) => train.batch));
	const { length } = plan.teacher.train;
	const own = () => drawBatch(task, { batch, length }, plan.seed, OWN_STREAM + run.step).tokens;
	const tokens = isOwn ? own() : shared.subarray(0, batch * length);

	const isReused = logits_BTV !== null && !isOwn;
	const read_BTV = isReused ? logits_BTV : teacherPass(run, tokens, batch);
	if (isReused) run.passes.reused++;
	else run.passes.extra++;
	const targets = makeTargets(read_BTV, plan.temperature);
	tf.dispose([read_BTV, ...(logits_BTV ? [logits_BTV] : [])]);
	run.students = run.students.map((_, index) => trainStudent(run, index, tokens, targets));
	disposeTargets(targets);
	run.step++;
}

function drawTokens({ plan, task }: Distillation, stream: number): Int32Array {
	return drawBatch(task, plan.teacher.train, plan.seed, stream).tokens;
}

/** Trains the teacher on a batch. The logits of its forward pass are the caller's. */
function trainTeacher(run: Distillation, tokens: Int32Array): tf.Tensor3D {
	const { model, train } = run.plan.teacher;
	const labels_BT = tf.tensor2d(labelsOf(run, tokens), [train.batch, train.length], 'int32');
	let seen_BTV: tf.Tensor3D | undefined;
	const objective: Objective = (logits_BTV) => {
		seen_BTV = tf.keep(tf.clone(logits_BTV));
		return nextTokenLoss(logits_BTV, labels_BT);
	};
	const { state, report } = trainStep(run.teacher, model, train, tokens, objective);
	labels_BT.dispose();
	run.teacher = state;
	run.pending.push(report);
	run.passes.trained++;
	return seen_BTV!;
}

/** The next tokens the teacher is told, some of them random where it is to be flawed. */
function labelsOf({ plan, task, teacher }: Distillation, tokens: Int32Array): Int32Array {
	const { noise } = plan.teacher;
	if (noise === 0) return tokens;
	const draw = random(plan.seed, NOISE_STREAM + teacher.step);
	return tokens.map((token) =>
		draw.next() < noise ? draw.integer(task.vocabulary.length) : token
	);
}

/** The teacher's logits of some sequences. */
export function teacherPass(
	{ plan, teacher }: Distillation,
	tokens: Int32Array,
	batch: number
): tf.Tensor3D {
	return tf.tidy(() => {
		const tokens_BT = tf.tensor2d(tokens, [batch, plan.teacher.train.length], 'int32');
		return forward(teacher.params, plan.teacher.model, tokens_BT);
	});
}

/** Trains one student on the first sequences of a batch, towards the targets that all share. */
function trainStudent(
	run: Distillation,
	index: number,
	tokens: Int32Array,
	targets: SoftTargets
): TrainState {
	const { model, train, weight } = run.plan.students[index]!;
	const progress = run.step / Math.max(1, run.plan.steps - 1);
	let measured: tf.Tensor1D | undefined;
	const objective: Objective = (logits_BTV, tokens_BT) => {
		const {
			total,
			hard,
			soft,
			weight: mean
		} = distillLosses(logits_BTV, tokens_BT, targets, weight, progress);
		measured = tf.keep(tf.stack([total, hard, soft, mean]) as tf.Tensor1D);
		return total;
	};
	const own = tokens.subarray(0, train.batch * train.length);
	const { state, report } = trainStep(run.students[index]!, model, train, own, objective);
	run.pendingOf[index]!.push({ report, losses: measured! });
	return state;
}
