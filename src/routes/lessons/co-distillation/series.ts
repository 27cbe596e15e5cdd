/** The curves of a run, by what they show. */
import type { DistillFrame } from '$lib/protocol/distill';
import type { Series } from '$lib/views/series';
import type { Numbers } from '$lib/views/table';
import { fixed } from '$lib/views/words';

export type Shown = 'distance' | 'hard' | 'soft' | 'total';

const DASHES = ['2 3', '7 4', ''];
const COLOURS = ['var(--hard-target)', 'var(--ink-soft)', 'var(--student)'];

export const TITLES: Readonly<Record<Shown, string>> = {
	distance: 'distance from the law, nats',
	hard: 'hard loss, nats',
	soft: 'soft loss, nats',
	total: 'total loss, nats'
};

/** One curve per student, and the teacher's where it has one. */
export function seriesOf(
	frames: readonly DistillFrame[],
	names: readonly string[],
	shown: Shown
): Series[] {
	const students = names.map((label, index): Series => {
		const dashes = DASHES[index] ?? '';
		const values = frames.map(({ students: all }) => {
			const one = all[index];
			if (!one) return null;
			return shown === 'distance' ? one.divergence : (one.losses?.[shown] ?? null);
		});
		const colour = COLOURS[index] ?? 'var(--ink)';
		return { label, colour, ...(dashes && { dashes }), values, isStudent: true };
	});
	if (shown === 'soft' || shown === 'total') return students;
	const values = frames.map(({ teacher }) =>
		shown === 'distance' ? teacher.divergence : teacher.loss
	);
	return [{ label: 'teacher', colour: 'var(--teacher)', values }, ...students];
}

export function seriesTable(frames: readonly DistillFrame[], all: readonly Series[]): Numbers {
	return {
		caption: 'Each row is a step of the run.',
		columns: ['step', ...all.map(({ label }) => label)],
		rows: frames.map(({ step }, i) => [
			String(step),
			...all.map(({ values }) => (values[i] === null ? '–' : fixed(values[i] ?? NaN, 3)))
		])
	};
}
