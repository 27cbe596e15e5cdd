import { expect, test } from 'vitest';
import { meanCourse } from '$lib/views/course';

test('the course keeps early steps apart and takes the mean of late ones', () => {
	const steps = [1, 2, 3, 4];
	const shares = [[1, 0], [0, 1], [0.5, 0.5], [0, 1]]; // prettier-ignore
	// Two stretches of equal width on a log axis: 1 … below 2, and 2 … 4.
	expect(meanCourse(steps, shares, 2)).toEqual({
		steps: [1, 3, 4],
		shares: [
			[1, 0],
			[0.25, 0.75],
			[0, 1]
		]
	});
});

test('a course of many steps stays short, and its shares still sum to one', () => {
	const steps = Array.from({ length: 1000 }, (_, i) => i + 1);
	const shares = steps.map((step) => [step % 2, 1 - (step % 2)]);
	const course = meanCourse(steps, shares);
	expect(course.steps.length).toBeLessThanOrEqual(61);
	expect(course.steps.at(-1)).toBe(1000);
	for (const row of course.shares) expect((row[0] ?? 0) + (row[1] ?? 0)).toBeCloseTo(1, 12);
});

test('no steps, no course', () => {
	expect(meanCourse([], [])).toEqual({ steps: [], shares: [] });
});
