import { random } from '$lib/math/random';
import type { Task } from '$lib/tasks/task';

/** Sequences of one training step, side by side. */
export interface Batch {
	/** Token ids, row-major over [B, T]. */
	tokens: Int32Array<ArrayBuffer>;
	/** Domain of each sequence, an index into the task's `domains`, or null. */
	domains: readonly (number | null)[];
}

/** Streams from here on serve measuring only: no training step ever draws from them. */
export const HELD_OUT_STREAM = 2 ** 30;

/**
 * The sequences of a training step: `batch` sequences of `length` tokens, drawn from the stream that
 * the step numbers. Whoever resumes at a step draws what an unbroken run would have drawn.
 *
 * @param step number of updates made before, or `HELD_OUT_STREAM` + n for sequences never trained on
 */
export function drawBatch(
	task: Task,
	{ batch, length }: { batch: number; length: number },
	seed: number,
	step: number
): Batch {
	const source = random(seed, step);
	const tokens = new Int32Array(batch * length);
	const domains: (number | null)[] = [];
	for (let row = 0; row < batch; row++) {
		const sequence = task.sample(source, length);
		tokens.set(sequence.tokens, row * length);
		domains.push(sequence.domain);
	}
	return { tokens, domains };
}
