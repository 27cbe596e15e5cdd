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
import type { Part } from './formula';
import type { Numbers } from './table';
import { fixed, number, percent, tokenText } from './words';

/** Arrows on a logit: of the next token, the mean over all that were drawn, of the teacher, of both. */
export type Arrow = 'hard' | 'mean' | 'soft' | 'sum';

export interface PullScene {
	/** Text of each token. */
	texts: readonly string[];
	/** The true law of the next token. */
	truth: ArrayLike<number>;
	teacherLogits: ArrayLike<number>;
	studentLogits: ArrayLike<number>;
	/** The next token that the text happens to have: the hard target. */
	next: number;
	/** Share of each token among all next tokens drawn so far; absent where only one was. */
	drawn?: ArrayLike<number>;
	rule: SoftWeight;
	/** Share of the training that is done. */
	progress: number;
	/** Distillation temperature τ. */
	temperature: number;
}

/** An arrow in its row. */
export interface FieldArrow {
	name: Arrow;
	/** Where its head is, from 0 to 1 of the row. */
	end: number;
	/** Whether the hand is on something else. */
	isDim: boolean;
}

/** Everything the picture shows, by token. */
export interface Pulls {
	teacher: Float64Array;
	student: Float64Array;
	hard: Float64Array;
	/** Mean of the hard pulls of all next tokens drawn so far. */
	mean: Float64Array;
	/** What that mean comes to in the end: the pull towards the law. */
	lawful: Float64Array;
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
		mean: scene.drawn ? softPull(studentLogits, scene.drawn, 1) : hard,
		lawful: softPull(studentLogits, scene.truth, 1),
		mixed: mixedPull(hard, soft, weight),
		losses: distillLoss(studentLogits, next, target, temperature, weight)
	};
}

/** Where the mean of the hard pulls points: at the nearest of the law's pull, the teacher's, and none. */
export function meanGoal(scene: PullScene): 'law' | 'teacher' | 'nothing' {
	const { mean, lawful, soft } = pullsOf({ ...scene, temperature: 1 });
	const way = (goal: (token: number) => number) =>
		mean.reduce((sum, pull, token) => sum + (pull - goal(token)) ** 2, 0);
	const ways = {
		law: way((token) => lawful[token] ?? 0),
		teacher: way((token) => soft[token] ?? 0),
		nothing: way(() => 0)
	};
	const names = Object.keys(ways) as (keyof typeof ways)[];
	return names.reduce((best, name) => (ways[name] < ways[best] ? name : best));
}

/** The picture as a table. */
export function pullTable(scene: PullScene): Numbers {
	const { teacher, student, hard, mean, soft, mixed, weight } = pullsOf(scene);
	return {
		caption: `Soft weight ${fixed(weight, 2)}; the next token is “${tokenText(scene.texts[scene.next])}”.`,
		columns: ['token', 'law', 'teacher', 'student', 'hard pull', 'its mean', 'soft pull', 'sum'],
		rows: scene.texts.map((text, token) => [
			tokenText(text),
			...[scene.truth, teacher, student].map((shares) => percent(shares[token] ?? 0)),
			...[hard, mean, soft, mixed].map((pull) => fixed(pull[token] ?? 0, 3))
		])
	};
}

const sign = (text: string): Part => ({ text, kind: 'sign' });
const filled = (value: number, symbol: string, digits = 3): Part => ({
	...{ text: fixed(value, digits), kind: 'number', symbol }
});

/** How the pull on a token's logit comes about, with its numbers. */
export function pullFormula(scene: PullScene, token: number, arrow: Arrow): Part[] {
	const { texts, next, temperature } = scene;
	const { hard, mean, soft, mixed, student, weight } = pullsOf(scene);
	const name: Part = { text: `“${tokenText(texts[token])}”`, kind: 'token' };
	const at = (pull: Float64Array) => pull[token] ?? 0;
	const hardParts = [
		...[name, sign('hard = onehot − p ='), sign(token === next ? '1 −' : '0 −')],
		...[filled(at(student), 'student'), sign('='), filled(at(hard), 'hard')]
	];
	if (arrow === 'hard') return hardParts;
	if (arrow === 'mean') return [...hardParts, sign(', its mean'), filled(at(mean), 'mean')];
	if (arrow === 'sum') {
		return [
			...[name, sign('(1 − w) · hard + w · soft ='), filled(1 - weight, 'hard', 2), sign('·')],
			...[filled(at(hard), 'hard'), sign('+'), filled(weight, 'soft', 2), sign('·')],
			...[filled(at(soft), 'soft'), sign('='), filled(at(mixed), 'sum')]
		];
	}
	const softened = (logits: ArrayLike<number>) => softTarget(logits, temperature)[token] ?? 0;
	return [
		...[name, sign(`soft = τ · (teacher − p) = ${number(temperature, 2)} · (`)],
		...[filled(softened(scene.teacherLogits), 'teacher'), sign('−')],
		...[filled(softened(scene.studentLogits), 'student'), sign(') ='), filled(at(soft), 'soft')]
	];
}
