import type { SoftWeight } from '$lib/math/distill';
import type { ModelConfig, TrainConfig } from './config';
import type { DistillTrial, Numbers, Probed } from './trial';

/** A teacher and its students, trained side by side: all that such a run depends on. */
export interface DistillPlan {
	/** Id of the task; its law must be known. */
	task: string;
	seed: number;
	/** Steps of every student. The teacher makes as many, `headStart` of them before the students. */
	steps: number;
	/** Distillation temperature τ, above 0. */
	temperature: number;
	teacher: TeacherPlan;
	students: readonly StudentPlan[];
	/** In every n-th step the students read sequences that the teacher does not train on; 0: in none. */
	ownEvery: number;
	/** Steps between two frames. */
	every: number;
	/** Tokens of the text whose next token is watched; empty to watch none. */
	watched: readonly number[];
}

export interface TeacherPlan {
	model: ModelConfig;
	train: TrainConfig;
	/** Steps the teacher is ahead: 0 is co-distillation, all of them a teacher that has finished. */
	headStart: number;
	/** Share of the teacher's next tokens that are replaced by random ones, 0 to 1. */
	noise: number;
}

export interface StudentPlan {
	name: string;
	model: ModelConfig;
	/** A batch smaller than the teacher's takes its first sequences. */
	train: TrainConfig;
	weight: SoftWeight;
}

/** How a model stands, measured on sequences that nobody trains on. */
export interface Standing {
	/** Mean Kullback-Leibler divergence of the law from the model, in nats per predicted token. */
	divergence: number;
	/** Logits of the token after the watched text; empty where none is watched. */
	logits: Float32Array<ArrayBuffer>;
}

/** Means over the steps since the frame before, in nats per predicted token. */
export interface StudentLosses {
	hard: number;
	soft: number;
	total: number;
	/** Mean soft weight. */
	weight: number;
}

/** One moment of the run. */
export interface DistillFrame {
	/** Steps the students have made. */
	step: number;
	/** Steps the teacher has made. */
	teacherSteps: number;
	/** `loss`: on its own training targets, since the frame before; null where it did not train. */
	teacher: Standing & { loss: number | null };
	/** `null` before the first step. */
	students: readonly (Standing & { losses: StudentLosses | null })[];
	passes: TeacherPasses;
}

/** The teacher's forward passes so far. */
export interface TeacherPasses {
	/** Made to train the teacher. */
	trained: number;
	/** Of those, the ones whose outcome taught the students as well: as many were saved. */
	reused: number;
	/** Made for the students alone. */
	extra: number;
	/** Milliseconds of one pass over one batch, measured at the latest frame. */
	passMs: number;
}

/** The plan as a trial. */
export function distillTrial(plan: DistillPlan): DistillTrial {
	const names = ['teacher', ...plan.students.map(({ name }) => name)];
	const { seed, steps } = plan;
	return { kind: 'distill', seed, steps, arms: names.map((name) => ({ name })), plan };
}

/** What the arms of a distillation told, as frames in the order of steps: those that every arm has. */
export function framesOf(arms: readonly { probed: readonly Probed[] }[]): DistillFrame[] {
	const [teacher, ...students] = arms;
	const count = Math.min(...arms.map(({ probed }) => probed.length));
	return (teacher?.probed ?? []).slice(0, count).map(({ step, numbers }, i) => ({
		...{ step, teacherSteps: numbers.teacherSteps ?? 0 },
		teacher: { ...standingOf(numbers), loss: numbers.loss ?? null },
		students: students.map(({ probed }) => {
			const own = probed[i]?.numbers ?? {};
			return { ...standingOf(own), losses: lossesOf(own) };
		}),
		passes: passesOf(numbers)
	}));
}

function standingOf(numbers: Numbers): Standing {
	const logits: number[] = [];
	for (let logit; (logit = numbers[`logit${logits.length}`]) !== undefined;) logits.push(logit);
	return { divergence: numbers.divergence ?? NaN, logits: Float32Array.from(logits) };
}

function lossesOf({ hard, soft, total, weight }: Numbers): StudentLosses | null {
	if (hard === undefined || soft === undefined) return null;
	return { hard, soft, total: total ?? NaN, weight: weight ?? NaN };
}

function passesOf({ trained, reused, extra, passMs }: Numbers): TeacherPasses {
	const counts = { trained: trained ?? 0, reused: reused ?? 0, extra: extra ?? 0 };
	return { ...counts, passMs: passMs ?? 0 };
}
