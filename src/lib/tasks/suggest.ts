import type { Task } from './task';

/** A token that may come next, with its probability. */
export interface Suggestion {
	id: number;
	text: string;
	probability: number;
}

/**
 * The tokens that may follow a text by the task's law, likeliest first, equal ones by id. Empty
 * where the task has no law or the text cannot occur in it.
 */
export function suggest(task: Task, text: string, limit = 8): Suggestion[] {
	const law = task.law(task.encode(text).tokens);
	if (!law) return [];
	return Array.from(law, (probability, id) => ({ id, text: task.vocabulary[id]!, probability }))
		.filter(({ probability }) => probability > 0)
		.sort((a, b) => b.probability - a.probability || a.id - b.id)
		.slice(0, limit);
}
