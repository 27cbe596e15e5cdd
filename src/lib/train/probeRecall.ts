import * as tf from '@tensorflow/tfjs-core';
import { random } from '$lib/math/random';
import { entropy, logSumExp, softmax } from '$lib/math/softmax';
import { forward } from '$lib/model/forward';
import { hookAt, noHook, type LayerHooks } from '$lib/model/hook';
import type { Params } from '$lib/model/params';
import type { ModelConfig } from '$lib/protocol/config';
import type { Numbers, Probe } from '$lib/protocol/trial';
import { drawHaystack, type Haystack } from '$lib/tasks/needle';
import { HELD_OUT_STREAM } from './batch';
import type { ProbedModel } from './probedModel';

type Asked = Extract<Probe, { kind: 'recall' }>;

/** Query-key pairs that one pass lays open at most, so that long texts fit into memory. */
const PAIRS = 2 ** 20;

/** How well a model recalls in texts longer than it was trained on, see `Probe`. */
export async function probeRecall(
	{ sequences, lengths, floorScale, scales }: Asked,
	{ params, config, seed }: ProbedModel
): Promise<Numbers> {
	const numbers: Record<string, number> = {};
	for (const length of lengths) {
		const source = random(seed, HELD_OUT_STREAM + length);
		const draw = (needles: number) =>
			Array.from({ length: sequences }, () => drawHaystack(source, length, needles));
		const [single, twins] = [draw(1), draw(2)];
		const plain = await looksAt(single, params, unscaled(config));
		numbers[`gap.${length}`] = meanOf(plain, gapOf);
		Object.assign(numbers, rowOf(length, plain[0]!));
		for (const [name, attnScale] of Object.entries(scales)) {
			const scaled = { ...config, attentionScale: { floorScale, attnScale } };
			const looks = await looksAt(single, params, scaled);
			const at = `${length}.${name}`;
			numbers[`weight.${at}`] = meanOf(looks, ({ heads, needles }) =>
				mean(heads.map((scores) => softmax(scores)[needles[0]!]!))
			);
			numbers[`entropy.${at}`] = meanOf(looks, ({ heads }) =>
				mean(heads.map((scores) => entropy(softmax(scores))))
			);
			numbers[`accuracy.${at}`] = meanOf(looks, ({ isRight }) => Number(isRight));
			numbers[`share.${at}`] = meanOf(await looksAt(twins, params, scaled), shareOf);
		}
	}
	return numbers;
}

/** What a model does with the question of one text. */
interface Look {
	needles: readonly number[];
	/** Attention scores of the question, by head. */
	heads: Float32Array[];
	isRight: boolean;
}

const unscaled = (config: ModelConfig): ModelConfig => ({ ...config, attentionScale: null });

const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
const meanOf = (looks: readonly Look[], of: (look: Look) => number) => mean(looks.map(of));

/** How far the needle's score lies above the log of the mean power of the others, mean over heads. */
function gapOf({ heads, needles }: Look): number {
	const [needle] = needles;
	return mean(
		heads.map((scores) => {
			const others = scores.filter((_, key) => key !== needle);
			return scores[needle!]! - logSumExp(others) + Math.log(others.length);
		})
	);
}

/** The attention row of one question, first head, before any scale; see `Probe`. */
function rowOf(length: number, { heads: [scores], needles: [needle] }: Look): Numbers {
	const hay = scores!.slice(0, -1).filter((_, key) => key !== needle);
	return {
		[`row.${length}.place`]: needle!,
		[`row.${length}.needle`]: scores![needle!]!,
		[`row.${length}.hayLow`]: Math.min(...hay),
		[`row.${length}.hayHigh`]: Math.max(...hay),
		[`row.${length}.query`]: scores!.at(-1)!
	};
}

/** The larger of two needles' weights over both, mean over heads: 1/2 where both count alike, else up to 1. */
function shareOf({ heads, needles: [a, b] }: Look): number {
	return mean(heads.map((scores) => 1 / (1 + Math.exp(-Math.abs(scores[a!]! - scores[b!]!)))));
}

async function looksAt(
	texts: readonly Haystack[],
	params: Params,
	config: ModelConfig
): Promise<Look[]> {
	const length = texts[0]!.tokens.length;
	const rows = Math.max(1, Math.floor(PAIRS / (length * length)));
	const looks: Look[] = [];
	for (let from = 0; from < texts.length; from += rows) {
		looks.push(...(await lookAt(texts.slice(from, from + rows), length, params, config)));
	}
	return looks;
}

/** One pass over some texts. */
async function lookAt(
	texts: readonly Haystack[],
	T: number,
	params: Params,
	config: ModelConfig
): Promise<Look[]> {
	const B = texts.length;
	const layer = config.layers.findLastIndex(({ positions }) => positions === 'nope');
	let scores: tf.Tensor | undefined;
	const watch = hookAt(['attention.scores'], (_point, tensor) => {
		scores = tf.keep(tf.slice(tensor, [0, 0, T - 1, 0], [B, config.heads, 1, T]));
		return tensor;
	});
	const hooks: LayerHooks = (index) => (index === layer ? watch : noHook);
	const best = tf.tidy(() => {
		const rows = texts.map(({ tokens }) => [...tokens]);
		const logits_BTV = forward(params, config, tf.tensor2d(rows, [B, T], 'int32'), hooks);
		return tf.argMax(tf.slice(logits_BTV, [0, T - 1, 0], [B, 1, config.vocabulary]), 2);
	});
	const [data, answers] = await Promise.all([scores!.data<'float32'>(), best.data()]);
	tf.dispose([scores!, best]);
	return texts.map(({ tokens, needles }, row) => ({
		needles,
		heads: Array.from({ length: config.heads }, (_, head) =>
			data.slice((row * config.heads + head) * T, (row * config.heads + head + 1) * T)
		),
		isRight: answers[row] === tokens[needles[0]!]
	}));
}
