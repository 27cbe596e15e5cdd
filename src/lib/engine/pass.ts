import * as tf from '@tensorflow/tfjs-core';
import { forward } from '$lib/model/forward';
import type { LayerHooks } from '$lib/model/hook';
import { interventionHooks } from '$lib/model/intervene';
import type { Params } from '$lib/model/params';
import type { ModelConfig } from '$lib/protocol/config';
import type { Measured, Pass } from '$lib/protocol/messages';
import type { Recording, Trace } from '$lib/protocol/trace';
import { gradientsAt } from '$lib/train/gradientsAt';
import { countOperations } from './operations';
import { Recorder } from './recorder';
import { Refusal } from './refusal';
import type { Run } from './run';

/**
 * One forward pass over a sequence, recorded, and what it took.
 *
 * @throws Refusal if there are no tokens, tokens that the model does not know, or an intervention that
 * does not fit the model
 */
export async function trace(
	{ header, state }: Run,
	pass: Pass
): Promise<{ trace: Trace } & Measured> {
	const began = performance.now();
	const tokens = usableTokens(pass.tokens, header.config);
	const config = pass.chunk === null ? header.config : { ...header.config, chunk: pass.chunk };
	const hooks = interventionHooks(pass.interventions);
	const recorder = new Recorder(pass.points, hooks);
	try {
		const { operations } = countOperations(() =>
			tf.tidy(() => {
				const tokens_BT = tf.tensor2d(tokens, [1, tokens.length], 'int32');
				forward(state.params, config, tokens_BT, recorder.hooks);
			})
		);
		const recordings = await recorder.read();
		const measured = { operations, ms: performance.now() - began };
		const plain = { step: state.step, tokens, recordings };
		if (!pass.gradients) return { trace: plain, ...measured };
		const spots = recordings.filter(({ point }) => pass.gradients?.some((one) => one === point));
		const slopes = await gradients(state.params, config, tokens, spots, hooks);
		return { trace: { ...plain, gradients: slopes }, ...measured };
	} catch (error) {
		// What does not fit the model: an expert, a head or a mask of an intervention.
		if (error instanceof RangeError) throw new Refusal(`The model ${error.message}.`);
		throw error;
	} finally {
		recorder.drop();
	}
}

/** The gradient of the loss at recorded spots; none where one token predicts nothing. */
async function gradients(
	params: Params,
	config: ModelConfig,
	tokens: Int32Array<ArrayBuffer>,
	spots: readonly Recording[],
	hooks: LayerHooks
): Promise<Recording[]> {
	if (tokens.length < 2 || spots.length === 0) return [];
	const found = tf.tidy(() => {
		const tokens_BT = tf.tensor2d(tokens, [1, tokens.length], 'int32');
		return gradientsAt(params, config, tokens_BT, spots, hooks);
	});
	try {
		const arrays = await Promise.all(found.map((tensor) => tensor.data()));
		return spots.map((spot, i) => ({ ...spot, data: Float32Array.from(arrays[i]!) }));
	} finally {
		tf.dispose(found);
	}
}

/**
 * A copy of the newest tokens that the model's length holds.
 *
 * @throws Refusal as `trace`
 */
export function usableTokens(
	tokens: Int32Array<ArrayBuffer>,
	{ vocabulary, maxLength }: ModelConfig
): Int32Array<ArrayBuffer> {
	if (tokens.length === 0) throw new Refusal('There is nothing to read: write at least one token.');
	const newest = tokens.slice(-maxLength);
	const stranger = newest.find((token) => token < 0 || token >= vocabulary);
	if (stranger !== undefined) {
		throw new Refusal(`The model has no token ${stranger}: it knows ${vocabulary}, from 0.`);
	}
	return newest;
}
