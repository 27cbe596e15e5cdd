import * as tf from '@tensorflow/tfjs-core';
import { Recorder } from '$lib/engine/recorder';
import { random } from '$lib/math/random';
import { forward } from '$lib/model/forward';
import { generate } from '$lib/model/generate';
import { interventionHooks } from '$lib/model/intervene';
import type { Params } from '$lib/model/params';
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
export const MEASURING_SEED = 1000;
export const HELD_OUT_SEQUENCES = 512;

/** The loss on sequences that training never drew. */
export function heldOutLoss({ params, config, task }: Subject, length: number): Promise<HeldOut> {
	const size = { length, sequences: HELD_OUT_SEQUENCES };
	return evaluate(params, config, task, MEASURING_SEED, size);
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

/** What one expert of one layer does. */
export interface ExpertUse {
	layer: number;
	expert: number;
	/** Share of the tokens that it gets. */
	load: number;
	/** The tokens it gets most, as text. */
	tokens: string[];
	/** How much the loss rises when it is silenced, in nats per token. */
	loss: number;
}

/** The use of every routed expert on held-out sequences. */
export async function expertUse(subject: Subject, length: number): Promise<ExpertUse[]> {
	const { params, config, task } = subject;
	const size = { length, sequences: 64 };
	const whole = await evaluate(params, config, task, MEASURING_SEED, size);
	const uses: ExpertUse[] = [];
	for (const { layer, counts } of await choices(subject, length)) {
		for (let expert = 0; expert < config.experts; expert++) {
			const silence = interventionHooks([{ kind: 'silenceExpert', layer, expert }]);
			const silenced = await evaluate(params, config, task, MEASURING_SEED, size, silence);
			uses.push({
				...{ layer, expert, loss: silenced.loss - whole.loss },
				...described(counts.get(expert) ?? new Map<number, number>(), task)
			});
		}
	}
	return uses;
}

/** The share of all tokens, and the most frequent ones as text. */
function described(own: Map<number, number>, task: Task): Pick<ExpertUse, 'load' | 'tokens'> {
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
	const shape = { batch: 64, length };
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
