/** Models of every odd form, drawn from a seed, with weights of ordinary size. */
import * as tf from '@tensorflow/tfjs-core';
import { random, type Random } from '$lib/math/random';
import type { ModelWeights } from '$lib/math/transformer';
import { planParams, type Params } from '$lib/model/params';
import { fillPlan } from '$lib/model/plan';
import type { LayerConfig, ModelConfig } from '$lib/protocol/config';

export interface OddModel {
	seed: number;
	config: ModelConfig;
	/** Sequences of one length, token ids. */
	tokens: number[][];
}

/** Every third model has rules that are not Llama 4's. */
export function oddModel(seed: number): OddModel {
	const draw = random(seed, 100);
	const oneOf = <T>(...choices: T[]) => choices[draw.integer(choices.length)]!;
	const kvHeads = oneOf(1, 2, 3);
	const experts = 1 + draw.integer(6);
	const isFree = seed % 3 === 0;
	const config: ModelConfig = {
		vocabulary: 5 + draw.integer(20),
		width: oneOf(6, 9, 12, 16),
		heads: kvHeads * oneOf(1, 2, 3),
		kvHeads,
		headWidth: oneOf(2, 4, 6),
		feedForward: oneOf(3, 8, 11),
		denseFeedForward: oneOf(5, 13),
		experts,
		topK: 1 + draw.integer(Math.min(3, experts)),
		chunk: 1 + draw.integer(9),
		layers: Array.from({ length: 1 + draw.integer(4) }, () => oddLayer(draw, isFree)),
		qkNorm: oneOf(true, false),
		attentionScale: oneOf(null, { floorScale: 1 + draw.integer(4), attnScale: oneOf(0.1, 0.7) }),
		rope: {
			theta: oneOf(100, 10_000, 500_000),
			scaling: oneOf(
				null,
				{ factor: 16, lowFactor: 1, highFactor: 1, originalLength: 16 },
				{ factor: 8, lowFactor: 1, highFactor: 4, originalLength: 32 }
			)
		},
		normEps: oneOf(1e-5, 1e-2),
		tiedEmbeddings: oneOf(true, false),
		maxLength: 64,
		variants: {
			gate: isFree ? oneOf('input', 'output') : 'input',
			router: isFree ? oneOf('sigmoid', 'softmax') : 'sigmoid',
			scale: isFree ? oneOf('multiply', 'add') : 'multiply'
		}
	};
	const [batch, length] = [1 + draw.integer(3), 2 + draw.integer(14)];
	const sequence = () => Array.from({ length }, () => draw.integer(config.vocabulary));
	return { seed, config, tokens: Array.from({ length: batch }, sequence) };
}

/** Llama 4 has chunks where there is RoPE and none elsewhere; a free layer has any mixture. */
function oddLayer(draw: Random, isFree: boolean): LayerConfig {
	const positions = draw.integer(2) === 0 ? 'rope' : 'nope';
	const free = (['chunked', 'global', 'sliding'] as const)[draw.integer(3)]!;
	return {
		positions,
		scope: isFree ? free : positions === 'rope' ? 'chunked' : 'global',
		feedForward: draw.integer(3) === 0 ? 'dense' : 'moe'
	};
}

/** Weights that keep every intermediate near 1, norms included. */
export function oddParams({ seed, config }: OddModel): Params {
	let stream = 200;
	return fillPlan(planParams(config), ({ shape, fanIn, role }) => {
		const draw = random(seed, stream++);
		const size = shape.reduce((a, b) => a * b, 1);
		const middle = role === 'norm' ? 1 : 0;
		const spread = role === 'norm' ? 0.3 : 1 / Math.sqrt(fanIn);
		const values = Float32Array.from({ length: size }, () => middle + spread * draw.normal());
		return tf.tensor(values, [...shape]);
	});
}

/** The same weights as plain numbers, for the twin in math/. */
export function plainWeights(params: Params): ModelWeights {
	const plain = (branch: unknown): unknown => {
		if (branch instanceof tf.Tensor) return Float64Array.from(branch.dataSync());
		if (branch === null || typeof branch !== 'object') return branch;
		if (Array.isArray(branch)) return branch.map(plain);
		return Object.fromEntries(Object.entries(branch).map(([name, part]) => [name, plain(part)]));
	};
	return plain(params) as ModelWeights;
}

export function tokenTensor({ tokens }: OddModel): tf.Tensor2D {
	return tf.tensor2d(tokens, [tokens.length, tokens[0]!.length], 'int32');
}
