import { describe, expect, test } from 'vitest';
import {
	distillLoss,
	filledCurve,
	hardPull,
	isScheduled,
	mixedPull,
	scheduledWeight,
	softLoss,
	softPull,
	softTarget,
	softWeight
} from '$lib/math/distill';
import { random } from '$lib/math/random';
import { klDivergence, softmax } from '$lib/math/softmax';

const [ln2, ln3] = [Math.log(2), Math.log(3)];

/** Five logits of a student and of a teacher, drawn from a seed. */
function drawn(): { student: Float64Array; teacher: Float64Array } {
	const draw = random(11);
	const logits = () => Float64Array.from({ length: 5 }, () => 2 * draw.normal());
	return { student: logits(), teacher: logits() };
}

/** Slopes of a function of the logits, by central differences. */
function slopes(logits: Float64Array, value: (logits: Float64Array) => number): number[] {
	const step = 1e-5;
	return Array.from(logits, (logit, i) => {
		const at = (by: number) => value(logits.with(i, logit + by));
		return (at(step) - at(-step)) / (2 * step);
	});
}

describe('softTarget', () => {
	test('is the softmax at temperature 1, and flatter above', () => {
		expect([...softTarget([ln3, 0], 1)]).toEqual([...softmax([ln3, 0])]);
		// √3 : 1 at temperature 2.
		const root = Math.sqrt(3);
		expect(softTarget([ln3, 0], 2)[0]).toBeCloseTo(root / (root + 1), 14);
	});

	test.each([0, -1, NaN, Infinity])('refuses a temperature of %d', (temperature) => {
		expect(() => softTarget([1, 2], temperature)).toThrow(/above 0/);
	});
});

describe('softLoss', () => {
	test('is 0 where the student agrees, at any temperature', () => {
		for (const temperature of [0.5, 1, 4]) {
			const logits = [1, -2, 0.3];
			expect(softLoss(logits, softTarget(logits, temperature), temperature)).toBeCloseTo(0, 14);
		}
	});

	test('is the divergence from the teacher, worked by hand', () => {
		// Teacher 1/2 : 1/2, student 2/3 : 1/3.
		const byHand = 0.5 * Math.log(0.5 / (2 / 3)) + 0.5 * Math.log(0.5 / (1 / 3));
		expect(softLoss([ln2, 0], [0.5, 0.5], 1)).toBeCloseTo(byHand, 14);
	});

	test('carries the factor τ²', () => {
		const { student, teacher } = drawn();
		const target = softTarget(teacher, 3);
		const plain = klDivergence(target, softTarget(student, 3));
		expect(softLoss(student, target, 3)).toBeCloseTo(9 * plain, 12);
	});
});

describe('distillLoss', () => {
	test('mixes both losses by the weight', () => {
		const { hard, soft, total } = distillLoss([ln2, 0], 1, [0.5, 0.5], 1, 0.25);
		expect(hard).toBeCloseTo(ln3, 14);
		expect(total).toBeCloseTo(0.75 * hard + 0.25 * soft, 14);
	});
});

describe('the pulls', () => {
	test('hard: the next token up by what it lacks, each other down by its probability', () => {
		const pull = hardPull([ln2, 0], 1);
		expect(pull[0]).toBeCloseTo(-2 / 3, 14);
		expect(pull[1]).toBeCloseTo(2 / 3, 14);
	});

	test('soft: towards the teacher, and nowhere once there', () => {
		const pull = softPull([ln2, 0], [0.5, 0.5], 1);
		expect(pull[0]).toBeCloseTo(-1 / 6, 14);
		expect(Math.abs(softPull([1, 2], softTarget([1, 2], 3), 3)[0]!)).toBeLessThan(1e-14);
	});

	test.each([0.5, 1, 4])(
		'are minus the gradients of the losses at temperature %d',
		(temperature) => {
			const { student, teacher } = drawn();
			const target = softTarget(teacher, temperature);
			const hard = hardPull(student, 2);
			const soft = softPull(student, target, temperature);
			const mixed = mixedPull(hard, soft, 0.3);
			const losses = (logits: Float64Array) => distillLoss(logits, 2, target, temperature, 0.3);
			const check = (pull: Float64Array, value: (logits: Float64Array) => number) =>
				slopes(student, value).forEach((slope, i) => expect(pull[i]).toBeCloseTo(-slope, 8));
			check(hard, (logits) => losses(logits).hard);
			check(soft, (logits) => losses(logits).soft);
			check(mixed, (logits) => losses(logits).total);
		}
	);

	test('over many next tokens drawn from the law, the mean hard pull is the pull towards the law', () => {
		const law = [0.5, 0.3, 0.2];
		const logits = [0.4, -0.1, 1];
		const mean = [0, 1, 2].map((token) =>
			law.reduce((sum, share, next) => sum + share * hardPull(logits, next)[token]!, 0)
		);
		const soft = softPull(logits, law, 1);
		mean.forEach((pull, token) => expect(pull).toBeCloseTo(soft[token]!, 14));
	});
});

describe('softWeight', () => {
	const even = [0.25, 0.25, 0.25, 0.25];
	const sure = [1, 0, 0, 0];

	test('stays, or runs along a line, within 0 and 1', () => {
		expect(scheduledWeight({ kind: 'constant', weight: 0.4 }, 0.9)).toBe(0.4);
		expect(scheduledWeight({ kind: 'constant', weight: 7 }, 0)).toBe(1);
		const rise = { kind: 'line', from: 0, to: 1 } as const;
		expect([0, 0.25, 1, 3].map((done) => scheduledWeight(rise, done))).toEqual([0, 0.25, 1, 1]);
		const fall = { kind: 'line', from: 1, to: 0 } as const;
		expect(softWeight(fall, 0.25, even, even)).toBe(0.75);
	});

	test('follows a drawn curve between its points', () => {
		const drawnCurve = { kind: 'drawn', points: [0, 1, 0.5] } as const;
		const at = [0, 0.25, 0.5, 0.75, 1].map((done) => scheduledWeight(drawnCurve, done));
		expect(at).toEqual([0, 0.5, 1, 0.75, 0.5]);
	});

	test('is the confidence of the teacher: 0 for an even guess, 1 for a sure one', () => {
		expect(softWeight({ kind: 'confidence' }, 0, even, sure)).toBeCloseTo(0, 14);
		expect(softWeight({ kind: 'confidence' }, 0, sure, even)).toBe(1);
	});

	test('is the gap between both: 0 where they agree, 1 where they share nothing', () => {
		expect(softWeight({ kind: 'gap' }, 0, even, even)).toBe(0);
		expect(softWeight({ kind: 'gap' }, 0, [0.5, 0.5, 0], [0, 0, 1])).toBe(1);
		expect(softWeight({ kind: 'gap' }, 0, sure, even)).toBe(0.75);
	});

	test('knows which rules need no token', () => {
		expect(isScheduled({ kind: 'constant', weight: 1 })).toBe(true);
		expect(isScheduled({ kind: 'gap' })).toBe(false);
		expect(isScheduled({ kind: 'confidence' })).toBe(false);
	});
});

describe('filledCurve', () => {
	test('draws straight lines over gaps and stays level at the ends', () => {
		expect(filledCurve([null, 0.2, null, null, 0.8, null])).toEqual([
			0.2,
			0.2,
			expect.closeTo(0.4, 12),
			expect.closeTo(0.6, 12),
			0.8,
			0.8
		]);
	});

	test('is a half where nothing is drawn, and keeps within 0 and 1', () => {
		expect(filledCurve([null, null])).toEqual([0.5, 0.5]);
		expect(filledCurve([])).toEqual([]);
		expect(scheduledWeight({ kind: 'drawn', points: [] }, 0.5)).toBe(0.5);
		expect(filledCurve([-1, NaN, 5])).toEqual([0, 0.5, 1]);
	});
});
