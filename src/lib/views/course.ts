/** The course of shares over training steps, thin enough to read: one point per stretch of a log axis. */
export interface Course {
	/** The last step of each stretch. */
	steps: number[];
	/** Mean shares over the stretch. */
	shares: number[][];
}

/**
 * Means over stretches that are equally wide on a logarithmic axis of steps, so that neither the noise
 * of single batches nor thousands of points hide the course.
 *
 * @param shares one row per step, all of the same length
 * @param stretches about how many points to keep
 */
export function meanCourse(
	steps: readonly number[],
	shares: readonly ArrayLike<number>[],
	stretches = 60
): Course {
	const last = Math.log(Math.max(2, steps.at(-1) ?? 2));
	const stretchOf = (step: number) => Math.floor((Math.log(Math.max(1, step)) / last) * stretches);
	const course: Course = { steps: [], shares: [] };
	let from = 0;
	for (let i = 0; i < steps.length; i++) {
		const isEnd = stretchOf(steps[i] ?? 1) !== stretchOf(steps[i + 1] ?? Infinity);
		if (!isEnd) continue;
		course.steps.push(steps[i] ?? 1);
		course.shares.push(meanOf(shares.slice(from, i + 1)));
		from = i + 1;
	}
	return course;
}

function meanOf(rows: readonly ArrayLike<number>[]): number[] {
	return Array.from(rows[0] ?? [], (_, column) => {
		const sum = rows.reduce((total, row) => total + (row[column] ?? 0), 0);
		return sum / rows.length;
	});
}
