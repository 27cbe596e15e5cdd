import type { ModelConfig } from '$lib/protocol/config';

/** Moments into which the inside of a layer is cut, the same number for every kind of layer. */
export const MOMENTS = 8;

/** One moment inside a layer: what a figure shows and says while the learner stands there. */
export interface Moment {
	/** A word or two for the player. */
	short: string;
	/** What happens, in one sentence. */
	sentence: string;
}

/** Position of a moment, from 0, by its meaning. */
export const MOMENT = {
	norm: 0,
	queries: 1,
	scale: 2,
	scores: 3,
	mix: 4,
	router: 5,
	gate: 6,
	experts: 7
} as const;

/** The eight moments of a layer, told for its kind: chunked or global, with experts or dense. */
export function momentsOf(config: ModelConfig, layer: number): Moment[] {
	return [...attentionMoments(config, layer), ...feedForwardMoments(config, layer)];
}

function attentionMoments(config: ModelConfig, layer: number): Moment[] {
	const isRope = config.layers[layer]?.positions === 'rope';
	return [
		{
			short: 'Norm',
			sentence: 'Each token’s vector is divided by its own size, so that only its direction counts.'
		},
		{
			short: isRope ? 'q, k, v + turn' : 'q, k, v',
			sentence: isRope
				? 'Each token makes a query, a key and a value; query and key are turned by an angle that grows with the position.'
				: 'Each token makes a query, a key and a value. This layer has no positions (NoPE): nothing is turned.'
		},
		scaleMoment(config, isRope),
		{ short: 'Scores', sentence: scoresSentence(config, layer) },
		{
			short: 'Mix, add',
			sentence:
				'The scores of a row become weights that sum to 1; the values are mixed by them and added to the stream.'
		}
	];
}

function scaleMoment({ qkNorm, attentionScale, variants }: ModelConfig, isRope: boolean): Moment {
	if (isRope) {
		return qkNorm
			? {
					short: 'QK-norm',
					sentence: 'Queries and keys are brought to one fixed length, so no score can explode.'
				}
			: {
					short: 'No QK-norm',
					sentence:
						'This model leaves queries and keys as long as they are (Maverick has no QK-norm).'
				};
	}
	if (attentionScale && variants.scale === 'add') {
		return {
			short: 'Added scale',
			sentence:
				'The scale is added to every score of a query, where softmax cancels it (not Llama 4).'
		};
	}
	return attentionScale && attentionScale.attnScale > 0
		? {
				short: 'Query scale',
				sentence:
					'Later queries are made longer in small steps, so that attention stays sharp over many keys.'
			}
		: { short: 'No scale', sentence: 'The query scale is off: every query keeps its length.' };
}

function scoresSentence({ layers, chunk }: ModelConfig, layer: number): string {
	const start = 'A score says how well a query (row) fits a key (column).';
	switch (layers[layer]?.scope) {
		case 'chunked':
			return `${start} Only earlier tokens of the same chunk of ${chunk} are compared; hatched cells are never looked at.`;
		case 'sliding':
			return `${start} Only the last ${chunk} tokens are compared (a sliding window, which is not Llama 4).`;
		default:
			return `${start} This layer is global: all earlier tokens are compared, only the future is hatched.`;
	}
}

function feedForwardMoments({ layers, topK, variants }: ModelConfig, layer: number): Moment[] {
	if (layers[layer]?.feedForward === 'dense') {
		return [
			{
				short: 'Norm',
				sentence: 'The stream is normalised again, for the second half of the layer.'
			},
			{
				short: 'Dense',
				sentence: 'A dense layer has no router: one wide network takes every token.'
			},
			{ short: 'Add', sentence: 'What the dense network answers is added to the stream.' }
		];
	}
	const count = topK === 1 ? 'the highest one wins' : `the ${topK} highest win`;
	const gate =
		variants.router === 'sigmoid'
			? `The sigmoid of ${topK === 1 ? 'the winning logit' : 'each winning logit'} is the gate, a dial between 0 and 1.`
			: 'The gate is the winner’s softmax share, which is not Llama 4.';
	const where =
		variants.gate === 'input'
			? 'its expert, which sees the token shrunk by the gate'
			: 'its expert, whose answer is shrunk by the gate (not Llama 4)';
	return [
		{
			short: 'Router',
			sentence: `The router gives each token one logit per expert; ${count}.`
		},
		{ short: 'Winner, gate', sentence: `${gate} All other experts stay out.` },
		{
			short: 'Experts, add',
			sentence: `Every token crosses the shared expert and ${where}; both answers are added to the stream.`
		}
	];
}
