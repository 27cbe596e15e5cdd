import type { ModelConfig, TrainConfig } from '$lib/protocol/config';
import { INITIAL_SETTINGS, modelConfig, trainConfig } from '$lib/protocol/settings';
import { taskOf } from '$lib/tasks';
import { drawBatch } from '$lib/train/batch';
import type { TrainState } from '$lib/train/state';
import { readReports, trainStep, type StepReport } from '$lib/train/step';

/** A model small enough for tests: two MoE layers and one dense, RoPE and NoPE. */
const settings = {
	...INITIAL_SETTINGS,
	layers: 3,
	width: 8,
	heads: 2,
	kvHeads: 1,
	headWidth: 4,
	feedForward: 8,
	denseFeedForward: 12,
	experts: 3,
	chunk: 4,
	nopeEvery: 2,
	length: 8,
	batch: 4,
	warmupSteps: 2,
	learningRate: 0.01
};

export const task = taskOf('tales');
export const train: TrainConfig = trainConfig(settings);

const plan = modelConfig(settings, task.vocabulary.length);
export const config: ModelConfig = {
	...plan,
	layers: plan.layers.map((layer, i) => ({ ...layer, feedForward: i === 1 ? 'dense' : 'moe' }))
};

/** Trains for some steps on the batches of seed 1 and reads every report. */
export async function trainFor(
	start: TrainState,
	steps: number,
	numbers: TrainConfig = train
): Promise<{ state: TrainState; reports: StepReport[] }> {
	let state = start;
	const pending = [];
	for (let i = 0; i < steps; i++) {
		const { tokens } = drawBatch(task, numbers, 1, state.step);
		const done = trainStep(state, config, numbers, tokens);
		state = done.state;
		pending.push(done.report);
	}
	return { state, reports: await readReports(pending) };
}
