import type { Params } from '$lib/model/params';
import type { ModelConfig } from '$lib/protocol/config';
import type { Task } from '$lib/tasks';

/** The model that a probe looks at. */
export interface ProbedModel {
	params: Params;
	config: ModelConfig;
	task: Task;
	/** Seeds the sequences that are measured on. */
	seed: number;
}
