import * as tf from '@tensorflow/tfjs-core';
import { forward } from '$lib/model/forward';
import { interventionHooks } from '$lib/model/intervene';
import type { ModelConfig } from '$lib/protocol/config';
import type { Pass } from '$lib/protocol/messages';
import type { Trace } from '$lib/protocol/trace';
import { Recorder } from './recorder';
import { Refusal } from './refusal';
import type { Run } from './run';

/**
 * One forward pass over a sequence, recorded.
 *
 * @throws Refusal if there are no tokens, tokens that the model does not know, or an intervention that
 * does not fit the model
 */
export async function trace({ header, state }: Run, pass: Pass): Promise<Trace> {
	const tokens = usableTokens(pass.tokens, header.config);
	const config = pass.chunk === null ? header.config : { ...header.config, chunk: pass.chunk };
	const recorder = new Recorder(pass.points, interventionHooks(pass.interventions));
	try {
		tf.tidy(() => {
			const tokens_BT = tf.tensor2d(tokens, [1, tokens.length], 'int32');
			forward(state.params, config, tokens_BT, recorder.hooks);
		});
		return { step: state.step, tokens, recordings: await recorder.read() };
	} catch (error) {
		// What does not fit the model: an expert, a head or a mask of an intervention.
		if (error instanceof RangeError) throw new Refusal(`The model ${error.message}.`);
		throw error;
	} finally {
		recorder.drop();
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
