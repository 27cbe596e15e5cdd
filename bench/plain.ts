/**
 * The same model as one would first write it in TensorFlow.js: every expert computes every token, attention
 * is a masked table of all pairs, gradients are TensorFlow's own, AdamW updates one tensor after the other.
 * Two things differ from the shortest text because TensorFlow.js lacks them: a gradient of `gather` on
 * `wasm` (the embedding multiplies by one-hot rows) and a gradient past `argMax` (the choice is a constant).
 */
import * as tf from '@tensorflow/tfjs-core';
import { attentionScale } from '$lib/math/attention';
import { rotations } from '$lib/math/rope';
import { learningRateAt } from '$lib/math/schedule';
import type { AttentionParams, FeedForwardParams, NetworkParams, Params } from '$lib/model/params';
import { leaves, withLeaves } from '$lib/model/tree';
import type { LayerConfig, ModelConfig, TrainConfig } from '$lib/protocol/config';
import { BETA_MEAN, BETA_SQUARE, EPSILON } from '$lib/train/adamw';
import type { Contender, Opening } from './contender';
import { paramsOf } from './ours';
import { countKernels, memoryOfTensors } from './tensorCounts';

/** What does not depend on weights or tokens, made once. */
interface Tables {
	cos_TJ: tf.Tensor;
	sin_TJ: tf.Tensor;
	/** The attention scale of each position. */
	scale_T: tf.Tensor;
	/** 0 where a query sees a key, −1e9 elsewhere. */
	chunked_TS: tf.Tensor;
	global_TS: tf.Tensor;
}

/** Whether position t sees position s, in a layer with chunks or without. */
function sees(t: number, s: number, chunk: number): boolean {
	return s <= t && Math.floor(s / chunk) === Math.floor(t / chunk);
}

function tablesOf(config: ModelConfig, T: number): Tables {
	const positions = Array.from({ length: T }, (_, t) => t);
	const { pairs, cos, sin } = rotations(positions, config.headWidth, config.rope);
	const bias = (chunk: number) =>
		tf.tensor2d(positions.map((t) => positions.map((s) => (sees(t, s, chunk) ? 0 : -1e9))));
	const { attentionScale: scale } = config;
	return {
		cos_TJ: tf.tensor(Float32Array.from(cos), [T, 1, pairs]),
		sin_TJ: tf.tensor(Float32Array.from(sin), [T, 1, pairs]),
		scale_T: tf.tensor(
			positions.map((t) => (scale ? attentionScale(t, scale) : 1)),
			[T, 1, 1]
		),
		chunked_TS: bias(config.chunk),
		global_TS: bias(Infinity)
	};
}

function rmsNorm(x: tf.Tensor, eps: number): tf.Tensor {
	return tf.mul(x, tf.rsqrt(tf.add(tf.mean(tf.square(x), -1, true), eps)));
}

/** Turns the adjacent pairs of every head. */
function rotate(x_BTHK: tf.Tensor, { cos_TJ, sin_TJ }: Tables): tf.Tensor {
	const [B, T, H, K] = x_BTHK.shape as [number, number, number, number];
	const pairs = tf.reshape(x_BTHK, [B, T, H, K / 2, 2]);
	const [even, odd] = tf.unstack(pairs, 4) as [tf.Tensor, tf.Tensor];
	const turned = [
		tf.sub(tf.mul(even, cos_TJ), tf.mul(odd, sin_TJ)),
		tf.add(tf.mul(even, sin_TJ), tf.mul(odd, cos_TJ))
	];
	return tf.reshape(tf.stack(turned, 4), [B, T, H, K]);
}

/** Gives each query head its own copy of its key-value head. */
function repeatHeads(x_BTGK: tf.Tensor, times: number): tf.Tensor {
	const [B, T, G, K] = x_BTGK.shape as [number, number, number, number];
	const copies = Array.from({ length: times }, () => x_BTGK);
	return tf.reshape(tf.stack(copies, 3), [B, T, G * times, K]);
}

function attention(
	x_BTD: tf.Tensor,
	{ q_DP, k_DP, v_DP, out_PD }: AttentionParams,
	config: ModelConfig,
	{ positions, scope }: LayerConfig,
	tables: Tables
): tf.Tensor {
	const [B, T, D] = x_BTD.shape as [number, number, number];
	const { heads: H, kvHeads: G, headWidth: K, qkNorm, normEps } = config;
	const x_ND = tf.reshape(x_BTD, [B * T, D]);
	let q: tf.Tensor = tf.reshape(tf.matMul(x_ND, q_DP), [B, T, H, K]);
	let k: tf.Tensor = tf.reshape(tf.matMul(x_ND, k_DP), [B, T, G, K]);
	const v = tf.reshape(tf.matMul(x_ND, v_DP), [B, T, G, K]);
	if (positions === 'rope') {
		[q, k] = [rotate(q, tables), rotate(k, tables)];
		if (qkNorm) [q, k] = [rmsNorm(q, normEps), rmsNorm(k, normEps)];
	} else {
		q = tf.mul(q, tables.scale_T);
	}
	const headsFirst = (x: tf.Tensor) => tf.transpose(x, [0, 2, 1, 3]);
	const keys = headsFirst(repeatHeads(k, H / G));
	const values = headsFirst(repeatHeads(v, H / G));
	const scores = tf.div(tf.matMul(headsFirst(q), keys, false, true), Math.sqrt(K));
	const bias = scope === 'chunked' ? tables.chunked_TS : tables.global_TS;
	const context = tf.matMul(tf.softmax(tf.add(scores, bias)), values);
	const context_NP: tf.Tensor2D = tf.reshape(headsFirst(context), [B * T, H * K]);
	return tf.reshape(tf.matMul(context_NP, out_PD), [B, T, D]);
}

const silu = (x: tf.Tensor) => tf.mul(x, tf.sigmoid(x));

function network(x_ND: tf.Tensor, { gate_DF, up_DF, down_FD }: NetworkParams): tf.Tensor {
	const inner_NF = tf.mul(silu(tf.matMul(x_ND, gate_DF)), tf.matMul(x_ND, up_DF));
	return tf.matMul(inner_NF, down_FD);
}

/** One-hot rows of the best expert; a constant to the gradient. */
function choice(logits_NE: tf.Tensor): tf.Tensor {
	const E = logits_NE.shape[1]!;
	return tf.customGrad((logits) => ({
		value: tf.cast(tf.oneHot(tf.argMax(logits as tf.Tensor, 1), E), 'float32'),
		gradFunc: () => tf.zeros(logits_NE.shape)
	}))(logits_NE);
}

/** All experts on all tokens; a token's gate is 0 for those that it did not choose. */
function feedForward(x_BTD: tf.Tensor, params: FeedForwardParams): tf.Tensor {
	const D = x_BTD.shape[2]!;
	const x_ND = tf.reshape(x_BTD, [-1, D]);
	if (params.kind === 'dense') return tf.reshape(network(x_ND, params), x_BTD.shape);
	const logits_NE = tf.matMul(x_ND, params.router_DE);
	const gate_NE = tf.mul(tf.sigmoid(logits_NE), choice(logits_NE));
	const given_END = tf.mul(tf.expandDims(x_ND, 0), tf.expandDims(tf.transpose(gate_NE), 2));
	const [gate, up] = tf.split(tf.matMul(given_END, params.gateUp_EDF), 2, 2) as [
		tf.Tensor,
		tf.Tensor
	];
	const routed_END = tf.matMul(tf.mul(silu(gate), up), params.down_EFD);
	const out_ND = tf.add(tf.sum(routed_END, 0), network(x_ND, params.shared));
	return tf.reshape(out_ND, x_BTD.shape);
}

function logitsOf(
	params: Params,
	config: ModelConfig,
	tokens_BT: tf.Tensor2D,
	tables: Tables
): tf.Tensor3D {
	const { vocabulary: V, width: D, normEps } = config;
	const [B, T] = tokens_BT.shape;
	const tokens_N = tf.reshape(tokens_BT, [B * T]);
	const marks_NV = tf.cast(tf.oneHot(tokens_N, V), 'float32');
	let x: tf.Tensor = tf.reshape(tf.matMul(marks_NV, params.embed_VD), [B, T, D]);
	const norm = (weight_D: tf.Tensor1D) => tf.mul(rmsNorm(x, normEps), weight_D);
	config.layers.forEach((layer, index) => {
		const weights = params.layers[index]!;
		const seen = norm(weights.attention.norm_D);
		x = tf.add(x, attention(seen, weights.attention, config, layer, tables));
		x = tf.add(x, feedForward(norm(weights.feedForward.norm_D), weights.feedForward));
	});
	const output_DV = params.output_DV ?? tf.transpose(params.embed_VD);
	const last_ND = tf.reshape(norm(params.finalNorm_D), [B * T, D]);
	return tf.reshape(tf.matMul(last_ND, output_DV), [B, T, V]);
}

/** Mean cross-entropy of the next token. */
function lossOf(logits_BTV: tf.Tensor3D, tokens_BT: tf.Tensor2D): tf.Scalar {
	const [B, T, V] = logits_BTV.shape;
	const targets = tf.oneHot(tf.slice(tokens_BT, [0, 1], [B, T - 1]), V);
	const predicted = tf.slice(logits_BTV, [0, 0, 0], [B, T - 1, V]);
	return tf.losses.softmaxCrossEntropy(tf.cast(targets, 'float32'), predicted);
}

/** A weight with AdamW's two means. */
interface Leaf {
	weight: tf.Tensor;
	mean: tf.Tensor;
	square: tf.Tensor;
}

/** AdamW, one tensor after the other; `age` counts the updates, this one included. */
function update(
	old: readonly Leaf[],
	grads: readonly tf.Tensor[],
	age: number,
	{ weightDecay, clipNorm, ...schedule }: TrainConfig
): Leaf[] {
	const rate = learningRateAt(age - 1, schedule);
	const norm = tf.sqrt(tf.addN(grads.map((grad) => tf.sum(tf.square(grad)))));
	const clip = clipNorm > 0 ? tf.div(clipNorm, tf.maximum(norm, clipNorm)) : tf.scalar(1);
	return old.map(({ weight, mean, square }, i) => {
		const grad = tf.mul(grads[i]!, clip);
		const nextMean = tf.add(tf.mul(mean, BETA_MEAN), tf.mul(grad, 1 - BETA_MEAN));
		const nextSquare = tf.add(
			tf.mul(square, BETA_SQUARE),
			tf.mul(tf.square(grad), 1 - BETA_SQUARE)
		);
		const fairMean = tf.div(nextMean, 1 - BETA_MEAN ** age);
		const fairSquare = tf.div(nextSquare, 1 - BETA_SQUARE ** age);
		const change = tf.mul(tf.div(fairMean, tf.add(tf.sqrt(fairSquare), EPSILON)), rate);
		const kept = weight.rank > 1 ? tf.mul(weight, 1 - rate * weightDecay) : weight;
		return { weight: tf.sub(kept, change), mean: nextMean, square: nextSquare };
	});
}

const tensorsOf = (state: readonly Leaf[]) =>
	state.flatMap(({ weight, mean, square }) => [weight, mean, square]);

export function openPlain({ work: { config, train }, weights }: Opening): Contender {
	const form = paramsOf(config, weights);
	const tables = tablesOf(config, train.length);
	let age = 0;
	let state: Leaf[] = leaves(form).map((weight) => {
		return { weight, mean: tf.zerosLike(weight), square: tf.zerosLike(weight) };
	});
	const tensorOf = (tokens: Int32Array) =>
		tf.tensor2d(tokens, [train.batch, train.length], 'int32');
	const step = async (tokens: Int32Array) => {
		age++;
		const old = state;
		const loss = tf.tidy(() => {
			const tokens_BT = tensorOf(tokens);
			const { value, grads } = tf.valueAndGrads((...learned: tf.Tensor[]) =>
				lossOf(logitsOf(withLeaves(form, learned), config, tokens_BT, tables), tokens_BT)
			)(old.map(({ weight }) => weight));
			state = update(old, grads, age, train);
			tensorsOf(state).forEach((tensor) => tf.keep(tensor));
			return value;
		});
		tf.dispose(tensorsOf(old));
		return numberIn(loss);
	};
	const pass = async (tokens: Int32Array) => {
		const weightsNow = state.map(({ weight }) => weight);
		const params = withLeaves(form, weightsNow);
		const sum = tf.tidy(() => tf.sum(logitsOf(params, config, tensorOf(tokens), tables)));
		await numberIn(sum);
	};
	const count = (tokens: Int32Array) => countKernels(async () => void (await step(tokens)));
	return { step, pass, count, memory: memoryOfTensors };
}

/** Reads a scalar and frees it. */
async function numberIn(scalar: tf.Tensor): Promise<number> {
	const [value] = await scalar.data();
	scalar.dispose();
	return value!;
}
