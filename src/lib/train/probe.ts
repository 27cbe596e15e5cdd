import * as tf from '@tensorflow/tfjs-core';
import { imbalance, load } from '$lib/math/balance';
import { mutualInformation, pairCounts } from '$lib/math/information';
import { forward } from '$lib/model/forward';
import { hookAt, noHook, type LayerHooks } from '$lib/model/hook';
import type { Numbers, Probe } from '$lib/protocol/trial';
import { drawBatch, HELD_OUT_STREAM } from './batch';
import { tokenLosses } from './loss';
import { probeGate } from './probeGate';
import { probeKnockOut } from './probeKnockOut';
import { probeRecall } from './probeRecall';
import type { ProbedModel } from './probedModel';

/** Sequences per forward pass while measuring. */
const ROWS = 16;

/** Measures a model. Leaves no tensor behind. */
export function probe(asked: Probe, model: ProbedModel): Promise<Numbers> {
	switch (asked.kind) {
		case 'answers':
			return answers(asked, model);
		case 'routing':
			return routing(asked, model);
		case 'knockOut':
			return probeKnockOut(asked, model);
		case 'gate':
			return probeGate(asked, model);
		case 'recall':
			return probeRecall(asked, model);
	}
}

type Asked<K extends Probe['kind']> = Extract<Probe, { kind: K }>;

async function answers(
	{ name, sequences, length, positions }: Asked<'answers'>,
	{ params, config, task, seed }: ProbedModel
): Promise<Numbers> {
	const sums = { loss: 0, right: 0, count: 0 };
	for (let pass = 0; pass < Math.ceil(sequences / ROWS); pass++) {
		const batch = { batch: ROWS, length };
		const { tokens } = drawBatch(task, batch, seed, HELD_OUT_STREAM + pass);
		const [losses, best] = tf.tidy((): [tf.Tensor2D, tf.Tensor2D] => {
			const tokens_BT = tf.tensor2d(tokens, [ROWS, length], 'int32');
			const logits_BTV = forward(params, config, tokens_BT);
			return [tokenLosses(logits_BTV, tokens_BT), tf.argMax(logits_BTV, 2)];
		});
		const [loss, token] = await Promise.all([losses.data<'float32'>(), best.data()]);
		tf.dispose([losses, best]);
		for (let row = 0; row < ROWS; row++) {
			for (const position of positions) {
				sums.loss += loss[row * (length - 1) + position - 1]!;
				sums.right += Number(
					token[row * length + position - 1] === tokens[row * length + position]
				);
				sums.count++;
			}
		}
	}
	const prefix = name === undefined ? '' : `${name}.`;
	return {
		[`${prefix}loss`]: sums.loss / sums.count,
		[`${prefix}accuracy`]: sums.right / sums.count
	};
}

async function routing(
	{ layer, sequences, length, text }: Asked<'routing'>,
	{ params, config, task, seed }: ProbedModel
): Promise<Numbers> {
	if (config.layers[layer]?.feedForward !== 'moe') return {};
	const { experts, vocabulary } = config;
	const batch = { batch: Math.ceil(sequences / ROWS) * ROWS, length };
	const { tokens } = drawBatch(task, batch, seed, HELD_OUT_STREAM);
	const chosen = await firstChoices({ params, config }, layer, tokens, [batch.batch, length]);
	const followed = await firstChoices({ params, config }, layer, text, [1, text.length]);
	const loads = load(chosen, experts);
	const counts = pairCounts(tokens, chosen, [vocabulary, experts]);
	const named = (name: string, values: ArrayLike<number>) =>
		Object.fromEntries(Array.from(values, (value, i) => [`${name}${i}`, value]));
	return {
		information: mutualInformation(counts, experts),
		imbalance: imbalance(loads),
		...named('load', loads),
		...named('choice', followed)
	};
}

/** The best expert of each token in a layer. */
async function firstChoices(
	{ params, config }: Pick<ProbedModel, 'params' | 'config'>,
	layer: number,
	tokens: ArrayLike<number>,
	shape: [number, number]
): Promise<Int32Array> {
	let chosen: tf.Tensor | undefined;
	const watch = hookAt(['router.chosen'], (_point, tensor) => {
		chosen = tf.keep(tf.clone(tensor));
		return tensor;
	});
	const hooks: LayerHooks = (index) => (index === layer ? watch : noHook);
	tf.tidy(() => {
		const tokens_BT = tf.tensor2d(Int32Array.from(tokens), shape, 'int32');
		forward(params, config, tokens_BT, hooks);
	});
	const data = await chosen!.data();
	chosen!.dispose();
	return Int32Array.from(data).filter((_, i) => i % config.topK === 0);
}
