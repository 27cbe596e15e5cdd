/**
 * The same model in jax-js, as its tutorial writes one: arrays in, arrays out, one `jit` around forward,
 * gradient and AdamW. A function owns its arguments and gives them up with their last use; `.ref` is one
 * more use. Every expert computes every token, as in `plain`: jax-js has no ragged product.
 */
import {
	defaultDevice,
	init,
	jit,
	lax,
	nn,
	numpy as np,
	profiler,
	tree,
	valueAndGrad,
	type Device
} from '@jax-js/jax';
import { attentionScale } from '$lib/math/attention';
import { rotations } from '$lib/math/rope';
import { learningRateAt } from '$lib/math/schedule';
import { planLeaves } from '$lib/model/plan';
import { planParams } from '$lib/model/params';
import type { LayerConfig, ModelConfig, TrainConfig } from '$lib/protocol/config';
import type { Contender, Counts, Opening } from './contender';

/** Our choice, as in src/lib/train/adamw.ts, which needs TensorFlow.js. */
const [BETA_MEAN, BETA_SQUARE, EPSILON] = [0.9, 0.99, 1e-8];

/** Names of a layer's weights in the order of `planLeaves`. */
const LAYER_NAMES = [
	...(['norm_D', 'q_DP', 'k_DP', 'v_DP', 'out_PD'] as const),
	...(['feedNorm_D', 'router_DE', 'gateUp_EDF', 'down_EFD'] as const),
	...(['gate_DF', 'up_DF', 'down_FD'] as const)
];
type LayerWeights = Record<(typeof LAYER_NAMES)[number], np.Array>;

/** What does not depend on weights or tokens. */
type Tables = Record<'cos_TJ' | 'sin_TJ' | 'scale_T' | 'chunked_TS' | 'global_TS', np.Array>;

function tablesOf(config: ModelConfig, T: number): Tables {
	const positions = Array.from({ length: T }, (_, t) => t);
	const { pairs, cos, sin } = rotations(positions, config.headWidth, config.rope);
	const { attentionScale: scale, chunk } = config;
	const mask = (width: number) =>
		np.array(
			positions.map((t) =>
				positions.map((s) => s <= t && Math.floor(s / width) === Math.floor(t / width))
			)
		);
	return {
		cos_TJ: np.array(Float32Array.from(cos)).reshape([T, 1, pairs]),
		sin_TJ: np.array(Float32Array.from(sin)).reshape([T, 1, pairs]),
		scale_T: np
			.array(Float32Array.from(positions, (t) => (scale ? attentionScale(t, scale) : 1)))
			.reshape([T, 1, 1]),
		chunked_TS: mask(chunk),
		global_TS: mask(Infinity)
	};
}

function rmsNorm(x: np.Array, eps: number): np.Array {
	const mean = np.mean(np.square(x.ref), -1, { keepdims: true });
	return x.mul(np.reciprocal(np.sqrt(mean.add(eps))));
}

/** Turns the adjacent pairs of every head. */
function rotate(x_BTHK: np.Array, cos_TJ: np.Array, sin_TJ: np.Array): np.Array {
	const { shape } = x_BTHK;
	const pairs = x_BTHK.reshape([...shape.slice(0, 3), shape[3]! / 2, 2]);
	const even = pairs.ref.slice([], [], [], [], 0);
	const odd = pairs.slice([], [], [], [], 1);
	const turned = [
		even.ref.mul(cos_TJ.ref).sub(odd.ref.mul(sin_TJ.ref)),
		even.mul(sin_TJ).add(odd.mul(cos_TJ))
	];
	return np.stack(turned, -1).reshape(shape);
}

function attention(
	x_ND: np.Array,
	{ q_DP, k_DP, v_DP, out_PD }: LayerWeights,
	{ heads: H, kvHeads: G, headWidth: K, qkNorm, normEps }: ModelConfig,
	{ positions, scope }: LayerConfig,
	tables: Tables,
	[B, T]: readonly [number, number]
): np.Array {
	let q = np.matmul(x_ND.ref, q_DP).reshape([B, T, H, K]);
	let k = np.matmul(x_ND.ref, k_DP).reshape([B, T, G, K]);
	const v = np.matmul(x_ND, v_DP).reshape([B, T, G, K]);
	if (positions === 'rope') {
		q = rotate(q, tables.cos_TJ.ref, tables.sin_TJ.ref);
		k = rotate(k, tables.cos_TJ.ref, tables.sin_TJ.ref);
		if (qkNorm) [q, k] = [rmsNorm(q, normEps), rmsNorm(k, normEps)];
	} else {
		q = q.mul(tables.scale_T.ref);
	}
	const mask = (scope === 'chunked' ? tables.chunked_TS : tables.global_TS).ref;
	const context = nn.dotProductAttention(q, k, v, { mask });
	return np.matmul(context.reshape([B * T, H * K]), out_PD);
}

/** Shared expert and all routed ones; a token's gate is 0 for those that it did not choose. */
function mixture(
	x_ND: np.Array,
	{ router_DE, gateUp_EDF, down_EFD, gate_DF, up_DF, down_FD }: LayerWeights,
	E: number
): np.Array {
	const logits_NE = np.matmul(x_ND.ref, router_DE);
	const best_N = np.argmax(lax.stopGradient(logits_NE.ref), -1);
	const gate_NE = nn.sigmoid(logits_NE).mul(nn.oneHot(best_N, E));
	const gate_EN1 = np.expandDims(np.transpose(gate_NE), -1);
	const given_END = np.expandDims(x_ND.ref, 0).mul(gate_EN1);
	const [gate, up] = np.split(np.matmul(given_END, gateUp_EDF), 2, -1) as [np.Array, np.Array];
	const routed_ND = np.matmul(nn.silu(gate).mul(up), down_EFD).sum(0);
	const inner_NF = nn.silu(np.matmul(x_ND.ref, gate_DF)).mul(np.matmul(x_ND, up_DF));
	return routed_ND.add(np.matmul(inner_NF, down_FD));
}

/** Rows of the table; the gradient of `take` scatters, which jax-js lacks on WebGL. */
function embed(table_VD: np.Array, tokens_N: np.Array): np.Array {
	if (defaultDevice() !== 'webgl') return np.take(table_VD, tokens_N, 0);
	return np.matmul(nn.oneHot(tokens_N, table_VD.shape[0]!), table_VD);
}

/** Logits [B · T, V] for tokens [B, T]. */
function logitsOf(
	flat: np.Array[],
	tokens_BT: np.Array,
	tables: Tables,
	config: ModelConfig
): np.Array {
	const [B, T] = tokens_BT.shape as [number, number];
	const take = flat.values();
	const next = () => take.next().value!;
	const { normEps: eps, experts } = config;
	let x_ND = embed(next(), tokens_BT.reshape([B * T]));
	for (const layer of config.layers) {
		const weights = Object.fromEntries(LAYER_NAMES.map((name) => [name, next()])) as LayerWeights;
		const seen_ND = rmsNorm(x_ND.ref, eps).mul(weights.norm_D);
		x_ND = x_ND.add(attention(seen_ND, weights, config, layer, tables, [B, T]));
		const mid_ND = rmsNorm(x_ND.ref, eps).mul(weights.feedNorm_D);
		x_ND = x_ND.add(mixture(mid_ND, weights, experts));
	}
	const last_ND = rmsNorm(x_ND, eps).mul(next());
	tree.dispose(tables);
	return np.matmul(last_ND, next());
}

/** Mean cross-entropy of the next token. */
function lossOf(
	flat: np.Array[],
	tokens_BT: np.Array,
	tables: Tables,
	config: ModelConfig
): np.Array {
	const [B, T] = tokens_BT.shape as [number, number];
	const V = config.vocabulary;
	const targets = nn.oneHot(tokens_BT.ref.slice([], [1, T]), V);
	const logits = logitsOf(flat, tokens_BT, tables, config)
		.reshape([B, T, V])
		.slice([], [0, T - 1]);
	return np.sum(nn.logSoftmax(logits, -1).mul(targets)).mul(-1 / (B * (T - 1)));
}

/** Numbers of an update that change from step to step. */
type Rates = Record<'rate' | 'fairMean' | 'fairSquare', np.Array>;

function ratesOf(age: number, train: TrainConfig): Rates {
	return {
		rate: np.array(learningRateAt(age - 1, train)),
		fairMean: np.array(1 / (1 - BETA_MEAN ** age)),
		fairSquare: np.array(1 / (1 - BETA_SQUARE ** age))
	};
}

type Leaf = { weight: np.Array; mean: np.Array; square: np.Array };

/** AdamW of all leaves; `clip` shortens the gradient. */
function update(
	{ weight, mean, square }: Leaf,
	gradient: np.Array,
	clip: np.Array,
	{ rate, fairMean, fairSquare }: Rates,
	weightDecay: number
): Leaf {
	const grad = gradient.mul(clip);
	const nextMean = mean.mul(BETA_MEAN).add(grad.ref.mul(1 - BETA_MEAN));
	const nextSquare = square.mul(BETA_SQUARE).add(np.square(grad).mul(1 - BETA_SQUARE));
	const root = np.sqrt(nextSquare.ref.mul(fairSquare)).add(EPSILON);
	const change = nextMean.ref.mul(fairMean).div(root).mul(rate.ref);
	const shrink = rate.mul(-weightDecay).add(1);
	const decays = weight.ndim > 1;
	if (!decays) shrink.dispose();
	const kept = decays ? weight.mul(shrink) : weight;
	return { weight: kept.sub(change), mean: nextMean, square: nextSquare };
}

/** The whole step, to be compiled: gives the loss and all new leaves. */
function stepOf(config: ModelConfig, { weightDecay, clipNorm }: TrainConfig) {
	return (state: Leaf[], tokens_BT: np.Array, tables: Tables, rates: Rates) => {
		const weights = state.map(({ weight }) => weight.ref);
		const [loss, grads] = valueAndGrad((flat: np.Array[], tokens: np.Array, given: Tables) =>
			lossOf(flat, tokens, given, config)
		)(weights, tokens_BT, tables) as [np.Array, np.Array[]];
		const squares = grads.map((grad) => np.sum(np.square(grad.ref)));
		const norm = np.sqrt(squares.reduce((sum, square) => sum.add(square)));
		const limit = clipNorm > 0 ? clipNorm : Infinity;
		const clip = np.minimum(np.reciprocal(norm).mul(limit), 1);
		const next = state.map((leaf, i) =>
			update(leaf, grads[i]!, clip.ref, tree.ref(rates), weightDecay)
		);
		clip.dispose();
		tree.dispose(rates);
		return { loss, next };
	};
}

const UNTOLD = { operations: null, draws: null, peakTensors: null, peakBytes: null, names: {} };

/**
 * Programs that jax-js runs meanwhile: its profiler notes each one in the browser's timeline, but none on
 * WebGL.
 */
async function countPrograms(run: () => Promise<unknown>): Promise<Counts> {
	if (defaultDevice() === 'webgl') return UNTOLD;
	performance.clearMeasures();
	profiler.startTrace();
	await run();
	profiler.stopTrace();
	const names: Record<string, number> = {};
	const measures = performance.getEntriesByType('measure');
	for (const { name } of measures) names[name] = (names[name] ?? 0) + 1;
	performance.clearMeasures();
	return { ...UNTOLD, operations: measures.length, names };
}

/** @throws Error if jax-js cannot use the device here */
export async function openJaxJs(
	{ work: { config, train }, weights }: Opening,
	device: Device
): Promise<Contender> {
	const devices = await init(device);
	if (!devices.includes(device)) throw new Error(`jax-js has no ${device} here`);
	defaultDevice(device);
	const shapes = planLeaves(planParams(config)).map(({ plan }) => [...plan.shape]);
	let state: Leaf[] = shapes.map((shape, i) => {
		const weight = np.array(new Float32Array(weights[i]!)).reshape(shape);
		return { weight, mean: np.zeros(shape), square: np.zeros(shape) };
	});
	const tables = tablesOf(config, train.length);
	const runStep = jit(stepOf(config, train));
	const runPass = jit((flat: np.Array[], tokens: np.Array, given: Tables) =>
		logitsOf(flat, tokens, given, config)
	);
	const tensorOf = (tokens: Int32Array) =>
		np.array(tokens as Int32Array<ArrayBuffer>).reshape([train.batch, train.length]);
	let age = 0;
	const step = async (tokens: Int32Array) => {
		const rates = ratesOf(++age, train);
		const { loss, next } = runStep(state, tensorOf(tokens), tree.ref(tables), rates);
		state = next;
		const [value] = await loss.data();
		return Number(value);
	};
	return {
		step,
		pass: async (tokens) => {
			const flat = state.map(({ weight }) => weight.ref);
			await runPass(flat, tensorOf(tokens), tree.ref(tables)).data();
		},
		count: (tokens) => countPrograms(() => step(tokens)),
		memory: () => null
	};
}
