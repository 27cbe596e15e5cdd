/**
 * Distillation in plain numbers: a student learns from the next token (hard target) and from a teacher's
 * distribution (soft target) at once. Meta names such a loss, with weights that change through training,
 * and publishes no formula. What stands here is the classic loss and some ways to weight it: ours.
 *
 *     loss = (1 − w) · hard + w · soft
 *     hard = −ln softmax(z)[target]
 *     soft = τ² · KL( softmax(t / τ) ‖ softmax(z / τ) )        z student's, t teacher's logits
 *
 * The factor τ² keeps the soft gradient at its size when τ changes.
 *
 * Source: Hinton, Vinyals, Dean 2015, arXiv:1503.02531, section 2.
 */
import { crossEntropy, entropy, klDivergence, softmax } from './softmax';

/** How much the soft loss counts, from 0 (only the next token) to 1 (only the teacher). */
export type SoftWeight =
	/** The same throughout. */
	| { kind: 'constant'; weight: number }
	/** A straight line over the training. */
	| { kind: 'line'; from: number; to: number }
	/** A drawn curve: values at even distances over the training, null where nothing is drawn. */
	| { kind: 'drawn'; points: readonly (number | null)[] }
	/** Per token: how sure the teacher is, 1 − entropy / ln V. */
	| { kind: 'confidence' }
	/** Per token: how far the student is from the teacher, half the sum of all differences. */
	| { kind: 'gap' };

/** What a curve without a single point stands for. */
const UNDRAWN = 0.5;

/**
 * The teacher's distribution, softened by the distillation temperature: the soft target.
 *
 * @param temperature τ > 0; 1 leaves the distribution as it is, larger is flatter
 * @throws RangeError for a temperature that is not above 0
 */
export function softTarget(
	logits: ArrayLike<number>,
	temperature: number
): Float64Array<ArrayBuffer> {
	if (!(temperature > 0 && Number.isFinite(temperature))) {
		throw new RangeError(`a distillation temperature is above 0, got ${temperature}`);
	}
	return softmax(Float64Array.from(logits, (logit) => logit / temperature));
}

/** The soft loss of one token, in nats: 0 only where the student agrees with the teacher. */
export function softLoss(
	logits: ArrayLike<number>,
	target: ArrayLike<number>,
	temperature: number
): number {
	return temperature ** 2 * klDivergence(target, softTarget(logits, temperature));
}

/** Both losses of one token and their weighted sum, in nats. */
export interface DistillLoss {
	hard: number;
	soft: number;
	total: number;
}

/**
 * The losses of one token.
 *
 * @param next the next token of the text: the hard target
 * @param target the teacher's softened distribution
 * @param weight w, share of the soft loss
 */
export function distillLoss(
	logits: ArrayLike<number>,
	next: number,
	target: ArrayLike<number>,
	temperature: number,
	weight: number
): DistillLoss {
	const hard = crossEntropy(logits, next);
	const soft = softLoss(logits, target, temperature);
	return { hard, soft, total: (1 - weight) * hard + weight * soft };
}

/**
 * Which way the hard loss pulls each logit, minus its gradient: `onehot − p`. The next token is pulled
 * up by what it lacks to 1, every other one down by its own probability. The sum is 0.
 */
export function hardPull(logits: ArrayLike<number>, next: number): Float64Array<ArrayBuffer> {
	return softmax(logits).map((p, token) => Number(token === next) - p);
}

/** Which way the soft loss pulls each logit: `τ · (target − p)`, p softened like the target. */
export function softPull(
	logits: ArrayLike<number>,
	target: ArrayLike<number>,
	temperature: number
): Float64Array<ArrayBuffer> {
	return softTarget(logits, temperature).map(
		(p, token) => temperature * ((target[token] ?? 0) - p)
	);
}

/** Both pulls as the weight mixes them: minus the gradient of the total loss. */
export function mixedPull(
	hard: ArrayLike<number>,
	soft: ArrayLike<number>,
	weight: number
): Float64Array<ArrayBuffer> {
	return Float64Array.from(hard, (h, token) => (1 - weight) * h + weight * (soft[token] ?? 0));
}

/**
 * The soft weight of one token at a moment of the training.
 *
 * @param progress share of the training that is done, 0 to 1
 * @param target the teacher's softened distribution
 * @param student the student's distribution, softened alike; asked by `gap` alone
 */
export function softWeight(
	rule: SoftWeight,
	progress: number,
	target: ArrayLike<number>,
	student: ArrayLike<number>
): number {
	switch (rule.kind) {
		case 'confidence':
			return 1 - entropy(target) / Math.log(target.length);
		case 'gap':
			return (
				Array.from(target, (q, token) => Math.abs(q - (student[token] ?? 0))).reduce(
					(sum, difference) => sum + difference,
					0
				) / 2
			);
		default:
			return scheduledWeight(rule, progress);
	}
}

/** The rules that know only how far the training is. */
export type ScheduledWeight = Exclude<SoftWeight, { kind: 'confidence' | 'gap' }>;

/** Whether the weight is the same for all tokens of a step. */
export function isScheduled(rule: SoftWeight): rule is ScheduledWeight {
	return rule.kind !== 'confidence' && rule.kind !== 'gap';
}

/** The weight that all tokens share at a moment of the training, 0 to 1. */
export function scheduledWeight(rule: ScheduledWeight, progress: number): number {
	if (rule.kind === 'constant') return inUnit(rule.weight);
	const done = inUnit(progress);
	if (rule.kind === 'line') return inUnit(rule.from + (rule.to - rule.from) * done);
	const curve = filledCurve(rule.points);
	const place = done * (curve.length - 1);
	const before = Math.floor(place);
	const [low, high] = [curve[before] ?? UNDRAWN, curve[before + 1] ?? curve[before] ?? UNDRAWN];
	return low + (high - low) * (place - before);
}

/**
 * A drawn curve without gaps: straight lines between the drawn points, level before the first and after
 * the last; a half where nothing is drawn. Values go to the nearest in 0 to 1.
 */
export function filledCurve(points: readonly (number | null)[]): number[] {
	const drawn = points.flatMap((value, place) =>
		value === null || Number.isNaN(value) ? [] : [{ place, value: inUnit(value) }]
	);
	return points.map((_, place) => {
		const before = drawn.findLast((point) => point.place <= place);
		const after = drawn.find((point) => point.place >= place);
		if (!before || !after) return before?.value ?? after?.value ?? UNDRAWN;
		if (before.place === after.place) return before.value;
		const share = (place - before.place) / (after.place - before.place);
		return before.value + (after.value - before.value) * share;
	});
}

function inUnit(value: number): number {
	return Math.min(1, Math.max(0, value));
}
