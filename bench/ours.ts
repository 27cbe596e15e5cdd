/** The site's own model and training step, as its worker runs them. */
import * as tf from '@tensorflow/tfjs-core';
import { Recorder } from '$lib/engine/recorder';
import { forward } from '$lib/model/forward';
import { planParams, type Params } from '$lib/model/params';
import { fillPlan } from '$lib/model/plan';
import type { ModelConfig } from '$lib/protocol/config';
import { HOOK_POINTS, type HookPoint } from '$lib/protocol/trace';
import { stateOf, type TrainState } from '$lib/train/state';
import { readReports, trainStep } from '$lib/train/step';
import type { Contender, Opening } from './contender';
import { countKernels, memoryOfTensors } from './tensorCounts';

const POINTS = Object.keys(HOOK_POINTS) as HookPoint[];

/** Weights as tensors, from their numbers in order. */
export function paramsOf(config: ModelConfig, weights: readonly Float32Array[]): Params {
	let next = 0;
	return fillPlan(planParams(config), ({ shape }) => tf.tensor(weights[next++]!, [...shape]));
}

export function openOurs({ work: { config, train }, weights }: Opening): Contender {
	let state: TrainState = stateOf(paramsOf(config, weights), 0);
	const step = async (tokens: Int32Array) => {
		const next = trainStep(state, config, train, tokens);
		state = next.state;
		const [report] = await readReports([next.report]);
		return report!.loss;
	};
	return {
		step,
		pass: async (tokens) => {
			const recorder = new Recorder(POINTS);
			const tokens_BT = tf.tensor2d(tokens, [train.batch, train.length], 'int32');
			tf.dispose(forward(state.params, config, tokens_BT, recorder.hooks));
			tokens_BT.dispose();
			await recorder.read();
		},
		count: (tokens) => countKernels(async () => void (await step(tokens))),
		memory: memoryOfTensors
	};
}
