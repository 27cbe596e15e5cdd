import * as tf from '@tensorflow/tfjs-core';
import { expertAnswer } from '$lib/math/feedForward';
import { forward } from '$lib/model/forward';
import { hookAt, noHook } from '$lib/model/hook';
import type { Numbers, Probe } from '$lib/protocol/trial';
import { drawBatch, HELD_OUT_STREAM } from './batch';
import type { ProbedModel } from './probedModel';

type Asked = Extract<Probe, { kind: 'gate' }>;

/** The share of tokens below `high`. */
const HIGH = 0.95;

/** What a gate leaves of the experts' answers, see `Probe`. */
export async function probeGate(asked: Asked, model: ProbedModel): Promise<Numbers> {
	const { config } = model;
	const weights = model.params.layers[asked.layer]?.feedForward;
	if (weights?.kind !== 'moe') return {};
	const [tokens, gateUp_EDF, down_EFD] = await Promise.all([
		tokensRead(asked, model),
		weights.gateUp_EDF.data<'float32'>(),
		weights.down_EFD.data<'float32'>()
	]);
	const isInput = config.variants.gate === 'input';
	const lengthAt = (x: Float64Array, expert: number, gate: number) => {
		const factor = isInput ? 1 : gate;
		const answer = expertAnswer(x, isInput ? gate : 1, expert, { gateUp_EDF, down_EFD }, config);
		return factor * Math.hypot(...answer);
	};
	const shares = tokens
		.map(({ x, expert }) => lengthAt(x, expert, asked.gate) / lengthAt(x, expert, 1))
		.sort((a, b) => a - b);
	return {
		mean: shares.reduce((sum, share) => sum + share, 0) / shares.length,
		high: shares[Math.floor(HIGH * shares.length)] ?? NaN
	};
}

/** What the layer reads of each token, and the expert that it sends it to. */
async function tokensRead(
	{ layer, sequences, length }: Asked,
	{ params, config, task, seed }: ProbedModel
): Promise<{ x: Float64Array; expert: number }[]> {
	const { tokens } = drawBatch(task, { batch: sequences, length }, seed, HELD_OUT_STREAM);
	const seen: Record<string, tf.Tensor> = {};
	const watch = hookAt(['feedForward.norm', 'router.chosen'], (point, tensor) => {
		seen[point] = tf.keep(tf.clone(tensor));
		return tensor;
	});
	tf.tidy(() => {
		const tokens_BT = tf.tensor2d(tokens, [sequences, length], 'int32');
		forward(params, config, tokens_BT, (index) => (index === layer ? watch : noHook));
	});
	const [normed, chosen] = [seen['feedForward.norm']!, seen['router.chosen']!];
	const [read, experts] = await Promise.all([normed.data(), chosen.data()]);
	tf.dispose([normed, chosen]);
	return Array.from({ length: sequences * length }, (_, token) => ({
		x: Float64Array.from(read.subarray(token * config.width, (token + 1) * config.width)),
		expert: experts[token * config.topK]!
	}));
}
