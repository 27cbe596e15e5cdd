import * as tf from '@tensorflow/tfjs-core';
import type { Params } from '$lib/model/params';
import { INITIAL_SETTINGS, modelConfig, trainConfig } from '$lib/protocol/settings';
import type { Task } from '$lib/tasks';
import { drawBatch } from '$lib/train/batch';
import { disposeState, initState, stateOf, type TrainState } from '$lib/train/state';
import { readReports, trainStep, type StepReport } from '$lib/train/step';
import type { Subject } from './measure';
import type { Recipe } from './recipes';

export interface Trained {
	state: TrainState;
	/** Mean training loss of every hundred steps. */
	curve: { step: number; loss: number }[];
	seconds: number;
}

const EVERY = 100;

/** Steps after which a toy that went on training is measured again. */
export const FURTHER_STEPS = 200;

/**
 * Lets an opened toy train on as a visitor would: with the settings of a silent link, an empty optimizer
 * and its warm-up. Takes the weights over; the caller owns those of the answer.
 */
export function trainOn({ params, config, task }: Subject, { settings, steps }: Recipe): Params {
	const train = trainConfig(INITIAL_SETTINGS);
	let state = stateOf(params, steps);
	for (let i = 0; i < FURTHER_STEPS; i++) {
		const { tokens } = drawBatch(task, train, settings.seed, state.step);
		const done = trainStep(state, config, train, tokens);
		done.report.numbers.dispose();
		state = done.state;
	}
	tf.dispose([state.optimizer.mean_W, state.optimizer.square_W]);
	return state.params;
}

/**
 * Trains a toy from its seed.
 *
 * @param say hears one line per hundred steps
 * @throws Error if the loss was not finite
 */
export async function trainToy(
	{ name, settings, steps }: Recipe,
	task: Task,
	say: (line: string) => void
): Promise<Trained> {
	const config = modelConfig(settings, task.vocabulary.length);
	const train = trainConfig(settings);
	const start = performance.now();
	const curve: Trained['curve'] = [];
	let recent: StepReport[] = [];
	let state = initState(config, settings.seed);
	while (state.step < steps) {
		const { tokens } = drawBatch(task, train, settings.seed, state.step);
		const done = trainStep(state, config, train, tokens);
		state = done.state;
		const [report] = await readReports([done.report]);
		if (report!.problem) {
			disposeState(state);
			throw new Error(report!.problem);
		}
		recent.push(report!);
		if (state.step % EVERY !== 0) continue;
		const loss = recent.reduce((sum, one) => sum + one.loss, 0) / recent.length;
		recent = [];
		curve.push({ step: state.step, loss: Number(loss.toFixed(4)) });
		const pace = (performance.now() - start) / state.step;
		say(`${name}: step ${state.step}, loss ${loss.toFixed(3)}, ${pace.toFixed(0)} ms a step`);
	}
	return { state, curve, seconds: (performance.now() - start) / 1000 };
}
