/** What a picture of the two pulls is drawn from: plain numbers at one moment of a run. */
import {
	distillLoss,
	hardPull,
	mixedPull,
	softPull,
	softTarget,
	softWeight,
	type DistillLoss,
	type SoftWeight
} from '$lib/math/distill';
import { softmax } from '$lib/math/softmax';
import type { Numbers } from './table';
import { fixed, percent, tokenText } from './words';

export interface PullScene {
	/** Text of each token. */
	texts: readonly string[];
	/** The true law of the next token. */
	truth: ArrayLike<number>;
	teacherLogits: ArrayLike<number>;
	studentLogits: ArrayLike<number>;
	/** The next token that the text happens to have: the hard target. */
	next: number;
	rule: SoftWeight;
	/** Share of the training that is done. */
	progress: number;
	/** Distillation temperature τ. */
	temperature: number;
}

/** Everything the picture shows, by token. */
export interface Pulls {
	teacher: Float64Array;
	student: Float64Array;
	hard: Float64Array;
	soft: Float64Array;
	mixed: Float64Array;
	weight: number;
	losses: DistillLoss;
}

/** The distributions, the pulls on the student's logits, and the losses behind them. */
export function pullsOf(scene: PullScene): Pulls {
	const { teacherLogits, studentLogits, next, rule, progress, temperature } = scene;
	const target = softTarget(teacherLogits, temperature);
	const weight = softWeight(rule, progress, target, softTarget(studentLogits, temperature));
	const hard = hardPull(studentLogits, next);
	const soft = softPull(studentLogits, target, temperature);
	return {
		...{ teacher: softmax(teacherLogits), student: softmax(studentLogits), hard, soft, weight },
		mixed: mixedPull(hard, soft, weight),
		losses: distillLoss(studentLogits, next, target, temperature, weight)
	};
}

/** The picture as a table. */
export function pullTable(scene: PullScene): Numbers {
	const { teacher, student, hard, soft, mixed, weight } = pullsOf(scene);
	return {
		caption: `Soft weight ${fixed(weight, 2)}; the next token is “${tokenText(scene.texts[scene.next])}”.`,
		columns: ['token', 'truth', 'teacher', 'student', 'hard pull', 'soft pull', 'sum'],
		rows: scene.texts.map((text, token) => [
			tokenText(text),
			...[scene.truth, teacher, student].map((shares) => percent(shares[token] ?? 0)),
			...[hard, soft, mixed].map((pull) => fixed(pull[token] ?? 0, 3))
		])
	};
}
