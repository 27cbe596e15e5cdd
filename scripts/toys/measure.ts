import * as tf from '@tensorflow/tfjs-core';
import { Recorder } from '$lib/engine/recorder';
import { random } from '$lib/math/random';
import { forward } from '$lib/model/forward';
import { generate } from '$lib/model/generate';
import { interventionHooks } from '$lib/model/intervene';
import type { Params } from '$lib/model/params';
import { leafNames, leaves, withLeaves } from '$lib/model/tree';
import type { ModelConfig } from '$lib/protocol/config';
import type { Task } from '$lib/tasks';
import { drawBatch, HELD_OUT_STREAM } from '$lib/train/batch';
import { evaluate, type HeldOut } from '$lib/train/evaluate';

/** A model with what it learned. */
export interface Subject {
	params: Params;
	config: ModelConfig;
	task: Task;
}

/** Seed of everything measured; toys are trained from another. */
const MEASURING_SEED = 1000;
export const HELD_OUT_SEQUENCES = 512;
/** Sequences on which the use of experts is measured; one pass per expert. */
const MEASURED_USE = 64;

/** The loss on sequences that training never drew. */
export function heldOutLoss(
	{ params, config, task }: Subject,
	length: number,
	sequences = HELD_OUT_SEQUENCES
): Promise<HeldOut> {
	const size = { length, sequences };
	return evaluate(params, config, task, MEASURING_SEED, size);
}

/** How far the model is from the law in one domain. */
export interface DomainDivergence {
	name: string;
	/** Share of the sequences. */
	share: number;
	/** Mean entropy of the law along the sequences, in nats per predicted token. */
	entropy: number;
	/** Mean Kullback-Leibler divergence of the model from the law, in nats per predicted token. */
	divergence: number;
}

/**
 * Compares the model's distribution with the known law of the task at every position of held-out
 * sequences, domain by domain.
 */
export async function divergences(
	{ params, config, task }: Subject,
	length: number,
	sequences = HELD_OUT_SEQUENCES
): Promise<DomainDivergence[]> {
	const sums = task.domains.map(() => ({ rows: 0, entropy: 0, divergence: 0 }));
	const shape = { batch: 64, length };
	const passes = Math.ceil(sequences / shape.batch);
	for (let pass = 0; pass < passes; pass++) {
		const { tokens, domains } = drawBatch(task, shape, MEASURING_SEED, HELD_OUT_STREAM + pass);
		const logs_BTV = tf.tidy(() => {
			const tokens_BT = tf.tensor2d(tokens, [shape.batch, length], 'int32');
			return tf.logSoftmax(forward(params, config, tokens_BT));
		});
		const logs = await logs_BTV.data<'float32'>();
		logs_BTV.dispose();
		domains.forEach((domain, row) => {
			const sum = sums[domain!]!;
			sum.rows++;
			for (let t = row * length; t < (row + 1) * length - 1; t++) {
				const law = task.law(tokens.subarray(row * length, t + 1))!;
				const model = logs.subarray(t * config.vocabulary, (t + 1) * config.vocabulary);
				law.forEach((share, token) => {
					if (share === 0) return;
					sum.entropy -= share * Math.log(share);
					sum.divergence += share * (Math.log(share) - model[token]!);
				});
			}
		});
	}
	return sums.map(({ rows, entropy, divergence }, i) => ({
		...{ name: task.domains[i]!, share: rows / (passes * shape.batch) },
		entropy: entropy / (rows * (length - 1)),
		divergence: divergence / (rows * (length - 1))
	}));
}

/** Asks all hundred sums of two digits at the start of a text; gives those answered wrongly. */
export async function wrongSums({ params, config, task }: Subject): Promise<string[]> {
	const digits = Array.from({ length: 10 }, (_, digit) => digit);
	const pairs = digits.flatMap((a) => digits.map((b) => [a, b] as const));
	const texts = pairs.map(([a, b]) => `${a} + ${b} = ${a + b}`);
	const wholes = texts.map((text) => Array.from(task.encode(text).tokens));
	const length = wholes[0]!.length - 1;
	const answers_N = tf.tidy(() => {
		const asked_BT = tf.tensor2d(
			wholes.map((whole) => whole.slice(0, length)),
			undefined,
			'int32'
		);
		const logits_BTV = forward(params, config, asked_BT);
		return tf.argMax(tf.slice(logits_BTV, [0, length - 1, 0], [-1, 1, -1]), 2);
	});
	const answers = await answers_N.data();
	answers_N.dispose();
	return texts.filter((_, i) => answers[i] !== wholes[i]![length]);
}

/** A text that the model wrote on, always with the most probable token, to the end of the line. */
export interface Completion {
	prompt: string;
	completion: string;
	/** Whether every token is one that the language allows there. */
	isPossible: boolean;
}

/** Lets the model go on with a text to the end of the line, 24 tokens at most. */
export async function complete(
	{ params, config, task }: Subject,
	prompt: string
): Promise<Completion> {
	const tokens = Array.from(task.encode(prompt).tokens);
	const start = tokens.length;
	const greedy = { count: 24, sampling: { temperature: 0 }, random: random(MEASURING_SEED) };
	let isPossible = true;
	for await (const token of generate(params, config, tokens, greedy)) {
		if (task.vocabulary[token] === '\n') break;
		isPossible &&= (task.law(tokens)?.[token] ?? 1) > 0;
		tokens.push(token);
	}
	return { prompt, completion: task.decode(tokens.slice(start)), isPossible };
}

/** What the routed experts of one layer are worth together, in nats per token. */
export interface LayerUse {
	layer: number;
	/** How much the loss rises when all of them are silenced. */
	silenced: number;
	/** How much it rises when every token is answered by the expert next to the chosen one. */
	swapped: number;
}

/** What the routed experts of each layer do together on held-out sequences. */
export async function layerUse(
	subject: Subject,
	length: number,
	sequences = MEASURED_USE
): Promise<LayerUse[]> {
	const { params, config, task } = subject;
	const size = { length, sequences };
	const whole = await evaluate(params, config, task, MEASURING_SEED, size);
	const uses: LayerUse[] = [];
	for (const [layer, { feedForward }] of config.layers.entries()) {
		if (feedForward !== 'moe') continue;
		const all = Array.from({ length: config.experts }, (_, expert) => expert);
		const silence = interventionHooks(
			all.map((expert) => ({ kind: 'silenceExpert', layer, expert }))
		);
		const silenced = await evaluate(params, config, task, MEASURING_SEED, size, silence);
		const swap = swappedExperts(params, layer);
		const swapped = await evaluate(swap.params, config, task, MEASURING_SEED, size);
		tf.dispose(swap.made);
		const [without, wrong] = [silenced.loss - whole.loss, swapped.loss - whole.loss];
		uses.push({ layer, silenced: without, swapped: wrong });
	}
	return uses;
}

/** The same weights with the experts of one layer moved on by one place; `made` is to be freed. */
function swappedExperts(params: Params, layer: number): { params: Params; made: tf.Tensor[] } {
	const names = leafNames(params);
	const made: tf.Tensor[] = [];
	const values = leaves(params).map((leaf, i) => {
		const isExperts = /_E[DF]+$/.test(names[i]!) && names[i]!.startsWith(`layers.${layer}.`);
		if (!isExperts) return leaf;
		const moved = tf.tidy(() => {
			const [first, ...others] = tf.split(leaf, leaf.shape[0] ?? 1, 0);
			return tf.concat([...others, first!], 0);
		});
		made.push(moved);
		return moved;
	});
	return { params: withLeaves(params, values), made };
}

/** What one expert of one layer gets. */
export interface ExpertLoad {
	layer: number;
	expert: number;
	/** Share of the tokens. */
	load: number;
	/** The tokens it gets most, as text. */
	tokens: string[];
}

/** What every routed expert gets of held-out sequences. */
export async function expertLoads(subject: Subject, length: number): Promise<ExpertLoad[]> {
	const { config, task } = subject;
	const all = Array.from({ length: config.experts }, (_, expert) => expert);
	return (await choices(subject, length)).flatMap(({ layer, counts }) =>
		all.map((expert) => {
			const own = counts.get(expert) ?? new Map<number, number>();
			return { layer, expert, ...described(own, task) };
		})
	);
}

/** What one expert does: what it gets, and how much the loss rises when it is silenced. */
export interface ExpertUse extends ExpertLoad {
	/** In nats per token. */
	loss: number;
}

/** The use of every routed expert on held-out sequences, one pass for each. */
export async function expertUse(subject: Subject, length: number): Promise<ExpertUse[]> {
	const { params, config, task } = subject;
	const size = { length, sequences: MEASURED_USE };
	const whole = await evaluate(params, config, task, MEASURING_SEED, size);
	const uses: ExpertUse[] = [];
	for (const own of await expertLoads(subject, length)) {
		const { layer, expert } = own;
		const silence = interventionHooks([{ kind: 'silenceExpert', layer, expert }]);
		const silenced = await evaluate(params, config, task, MEASURING_SEED, size, silence);
		uses.push({ ...own, loss: silenced.loss - whole.loss });
	}
	return uses;
}

/** The share of all tokens, and the most frequent ones as text. */
function described(own: Map<number, number>, task: Task): Pick<ExpertLoad, 'load' | 'tokens'> {
	const total = [...own.values()].reduce((sum, share) => sum + share, 0);
	const often = [...own].sort(([, a], [, b]) => b - a).slice(0, 6);
	return { load: total, tokens: often.map(([token]) => task.vocabulary[token]!) };
}

interface LayerChoices {
	layer: number;
	/** By expert and token: the share of all tokens. */
	counts: Map<number, Map<number, number>>;
}

/** Which tokens go to which expert, layer by layer, over one held-out batch. */
async function choices({ params, config, task }: Subject, length: number): Promise<LayerChoices[]> {
	const shape = { batch: MEASURED_USE, length };
	const { tokens } = drawBatch(task, shape, MEASURING_SEED, HELD_OUT_STREAM);
	const recorder = new Recorder(['router.chosen']);
	const tokens_BT = tf.tensor2d(tokens, [shape.batch, length], 'int32');
	tf.dispose([forward(params, config, tokens_BT, recorder.hooks), tokens_BT]);
	const recordings = await recorder.read();
	return recordings.map(({ layer, data }) => {
		const counts: LayerChoices['counts'] = new Map();
		data.forEach((expert, choice) => {
			const token = tokens[Math.floor(choice / config.topK)]!;
			const own = counts.get(expert) ?? new Map<number, number>();
			own.set(token, (own.get(token) ?? 0) + 1 / data.length);
			counts.set(expert, own);
		});
		return { layer: layer!, counts };
	});
}
