import { render } from 'svelte/server';
import { describe, expect, test } from 'vitest';
import { meanGoal, pullFormula, pullsOf, pullTable, type PullScene } from '$lib/views/pulls';
import PassLanes from '$lib/views/PassLanes.svelte';
import RunCurves from '$lib/views/RunCurves.svelte';
import TwoPulls from '$lib/views/TwoPulls.svelte';

/** Three tokens; the teacher leans to the first, which the student finds least likely. */
const scene: PullScene = {
	texts: ['ba', 'be', 'bi'],
	truth: [0.7, 0.2, 0.1],
	teacherLogits: [Math.log(6), Math.log(2), Math.log(2)],
	studentLogits: [Math.log(1), Math.log(2), Math.log(2)],
	next: 1,
	drawn: [0.5, 0.5, 0],
	rule: { kind: 'line', from: 0, to: 1 },
	progress: 0.25,
	temperature: 1
};

describe('the pulls on the logits of a student', () => {
	test('are those of the next token, of the teacher, and both as the weight mixes them', () => {
		const { hard, soft, mixed, weight } = pullsOf(scene);
		expect(weight).toBe(0.25);
		expect([...hard].map((pull) => +pull.toFixed(6))).toEqual([-0.2, 0.6, -0.4]);
		expect([...soft].map((pull) => +pull.toFixed(6))).toEqual([0.4, -0.2, -0.2]);
		expect([...mixed].map((pull) => +pull.toFixed(6))).toEqual([-0.05, 0.4, -0.35]);
	});

	test('point to the shares that were drawn on the mean, and in the end to the law', () => {
		const { mean, lawful } = pullsOf(scene);
		expect([...mean].map((pull) => +pull.toFixed(6))).toEqual([0.3, 0.1, -0.4]);
		expect([...lawful].map((pull) => +pull.toFixed(6))).toEqual([0.5, -0.2, -0.3]);
		const { mean: alone, hard } = pullsOf({ ...scene, drawn: [0, 1, 0] });
		expect([...alone].map((pull) => +pull.toFixed(9))).toEqual([...hard].map((pull) => +pull.toFixed(9))); // prettier-ignore
	});

	test('are told by where their mean points', () => {
		const drawnAs = (drawn: number[]) => meanGoal({ ...scene, drawn });
		expect(drawnAs([0.7, 0.2, 0.1])).toBe('law');
		expect(drawnAs([0.6, 0.2, 0.2])).toBe('teacher');
		expect(drawnAs([0.2, 0.4, 0.4])).toBe('nothing');
	});

	test('are written out with their numbers', () => {
		const line = (token: number, arrow: Parameters<typeof pullFormula>[2]) =>
			pullFormula(scene, token, arrow)
				.map(({ text }) => text)
				.join(' ');
		expect(line(1, 'hard')).toBe('“be” hard = onehot − p = 1 − 0.400 = 0.600');
		expect(line(0, 'mean')).toContain(', its mean 0.300');
		expect(line(0, 'soft')).toBe('“ba” soft = τ · (teacher − p) = 1.0 · ( 0.600 − 0.200 ) = 0.400');
		expect(line(0, 'sum')).toContain('0.75 · −0.200 + 0.25 · 0.400 = −0.050');
	});

	test('stand in a table too', () => {
		const { caption, rows } = pullTable(scene);
		expect(caption).toContain('Soft weight 0.25; the next token is “be”.');
		expect(rows[0]).toEqual(['ba', '70 %', '60 %', '20 %', '−0.200', '0.300', '0.400', '−0.050']);
	});
});

describe('the pictures', () => {
	test('have arrows only where they are asked for, and a mark of the law in each row', () => {
		expect(render(TwoPulls, { props: { scene } }).body).not.toContain('class="arrow');
		const props = { scene, arrows: ['hard', 'mean'] as const, hasMark: true, meanOf: '2 draws' };
		const { body } = render(TwoPulls, { props });
		expect(body.match(/class="mark/g)).toHaveLength(3);
		expect(body.match(/class="arrow mean/g)).toHaveLength(3);
		expect(body).toContain('mean of 2 draws');
		expect(body).toContain(
			'be, the next token: law 20 %, teacher 20 %, student 40 %, hard pull 0.60'
		);
	});

	test('name each curve with its value at the moment, and the prediction', () => {
		const series = [
			{ label: 'teacher', colour: 'var(--teacher)', values: [1, 0.5, 0.25] },
			{ label: 'hard', colour: 'var(--hard-target)', values: [null, 0.9, 0.8], isStudent: true },
			{ label: 'soft', colour: 'var(--student)', values: [1, 0.7, null], isStudent: true }
		];
		const props = { label: 'distance', steps: [0, 30, 60], last: 60, series, at: 1, chosen: 2 };
		const guess = [0, 60].map((step) => ({ step, value: 0.5 }));
		const { body } = render(RunCurves, { props: { ...props, guess, onchoose: () => undefined } });
		expect(body).toContain('distance, step 30: teacher 0.500, hard 0.900, soft 0.700');
		expect(body).toContain('your prediction');
		expect(body.match(/aria-pressed/g)).toHaveLength(2);
	});

	test('tell the lanes of a teacher that is ahead', () => {
		const counts = { trained: 6, reused: 2, extra: 4 };
		const { body } = render(PassLanes, { props: { steps: 6, headStart: 3, own: 2, counts } });
		expect(body).toContain(
			'The teacher trains from step 0 to 6, the student from 3 to 9. 2 passes are read by both, 4 are made for the student alone.'
		);
	});
});
