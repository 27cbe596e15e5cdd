import type { Task } from './task';
import { tales } from './tales';

export type { Encoded, Sequence, Task } from './task';
export { SEED_EXAMPLE } from './tales';

/** The tasks with a known law, by id, in the order a page lists them. */
export const TASKS: readonly Task[] = [tales];

/**
 * The task with this id.
 *
 * @throws RangeError for an id that no task has
 */
export function taskOf(id: string): Task {
	const task = TASKS.find((candidate) => candidate.id === id);
	if (!task) {
		const known = TASKS.map((candidate) => candidate.id).join(', ');
		throw new RangeError(`there is no task "${id}"; there are ${known}`);
	}
	return task;
}
