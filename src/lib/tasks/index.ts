import { makeFacts } from './facts';
import { makeLaw } from './law';
import { needle } from './needle';
import { order } from './order';
import { tales } from './tales';
import type { Task } from './task';
import { makeTextTask, SAMPLE_TEXT } from './text';

export type { Language, Task } from './task';
export { SEED_EXAMPLE } from './tales';
export { suggest } from './suggest';
export { makeTextTask, SAMPLE_TEXT, textLanguage, type TextTask } from './text';
export { readTextFile } from './textFile';

/** The seed of the tables that `facts` and `law` are drawn from, unless an experiment says otherwise. */
const TABLE_SEED = 1;

const MAKERS = {
	tales: () => tales,
	needle: () => needle,
	facts: () => makeFacts(TABLE_SEED),
	law: () => makeLaw(TABLE_SEED),
	order: () => order,
	text: () => sampleTextTask()
} satisfies Record<string, () => Task>;

export type TaskId = keyof typeof MAKERS;

/** Every task's id, the default first. */
export const TASK_IDS = Object.keys(MAKERS) as readonly TaskId[];

const made = new Map<string, Task>();

/**
 * The task with this id, always the same object. For `text` it is the task on `SAMPLE_TEXT`; a
 * visitor's own comes from `makeTextTask`.
 *
 * @throws RangeError for an id that no task has
 */
export function taskOf(id: string): Task {
	const known = made.get(id);
	if (known) return known;
	if (!isTaskId(id)) {
		throw new RangeError(`there is no task "${id}"; there are ${TASK_IDS.join(', ')}`);
	}
	const task = MAKERS[id]();
	made.set(id, task);
	return task;
}

function isTaskId(id: string): id is TaskId {
	return Object.hasOwn(MAKERS, id);
}

function sampleTextTask(): Task {
	const result = makeTextTask(SAMPLE_TEXT);
	if ('problem' in result) throw new Error(result.problem);
	return result.task;
}
