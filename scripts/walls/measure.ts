import { stackMasks } from '$lib/math/stack';
import { interventionHooks } from '$lib/model/intervene';
import type { Params } from '$lib/model/params';
import type { ModelConfig } from '$lib/protocol/config';
import type { Task } from '$lib/tasks';
import { evaluate } from '$lib/train/evaluate';

export const WALL_FILE = 'src/routes/lessons/chunked-attention/recorded.json';

/** Held-out sequences behind each number, and the seed they are drawn from: that of the toy. */
const SIZE = { length: 32, sequences: 128, seed: 1 };

/** The toy's mean loss by position when its layers look as a stack of letters says; see `math/stack`. */
export async function wallLosses(
	{ params, config, task }: { params: Params; config: ModelConfig; task: Task },
	stack: string
): Promise<number[]> {
	const masks = stackMasks(stack, config.chunk, SIZE.length);
	const hooks = interventionHooks(
		masks.map(({ allowed }, layer) => ({ kind: 'mask', layer, mask: allowed }))
	);
	const measured = await evaluate(params, config, task, SIZE.seed, SIZE, hooks);
	return measured.positionLosses;
}
