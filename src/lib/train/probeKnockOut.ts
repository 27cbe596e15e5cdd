import * as tf from '@tensorflow/tfjs-core';
import { forward } from '$lib/model/forward';
import { hookAt, hookChain, noHook, noHooks, type LayerHooks } from '$lib/model/hook';
import { interventionHooks } from '$lib/model/intervene';
import type { Numbers, Probe } from '$lib/protocol/trial';
import { drawBatch, HELD_OUT_STREAM } from './batch';
import { tokenLosses } from './loss';
import type { ProbedModel } from './probedModel';

type Asked = Extract<Probe, { kind: 'knockOut' }>;

/** What a pass said of each answer. */
interface Answers {
	losses: number[];
	isRight: boolean[];
	/** The first expert of the token from which each answer is told. */
	experts: number[];
}

/** What is lost where an expert is silent, see `Probe`. */
export async function probeKnockOut(asked: Asked, model: ProbedModel): Promise<Numbers> {
	const { layer } = asked;
	const { config } = model;
	if (config.layers[layer]?.feedForward !== 'moe') return {};
	const whole = await answersOf(asked, model, noHooks);
	const [own, others] = [new Tally(), new Tally()];
	for (let expert = 0; expert < config.experts; expert++) {
		const silence = interventionHooks([{ kind: 'silenceExpert', layer, expert }]);
		const without = await answersOf(asked, model, silence);
		whole.experts.forEach((chosen, i) => (chosen === expert ? own : others).add(whole, without, i));
	}
	const silence = interventionHooks([{ kind: 'silenceShared', layer }]);
	const without = await answersOf(asked, model, silence);
	const shared = new Tally();
	whole.experts.forEach((_, i) => shared.add(whole, without, i));
	return { ...own.named('own'), ...others.named('others'), ...shared.named('shared') };
}

/** Counts what a silence costs. */
class Tally {
	#count = 0;
	#rise = 0;
	#known = 0;
	#lost = 0;

	/** Answer `i` with everything and with something silent. */
	add(whole: Answers, without: Answers, i: number): void {
		this.#count++;
		this.#rise += without.losses[i]! - whole.losses[i]!;
		if (!whole.isRight[i]) return;
		this.#known++;
		if (!without.isRight[i]) this.#lost++;
	}

	named(name: string): Numbers {
		return {
			[`${name}.rise`]: this.#rise / this.#count,
			[`${name}.lost`]: this.#lost / this.#known
		};
	}
}

async function answersOf(
	{ layer, sequences, length, positions }: Asked,
	{ params, config, task, seed }: ProbedModel,
	silence: LayerHooks
): Promise<Answers> {
	const { tokens } = drawBatch(task, { batch: sequences, length }, seed, HELD_OUT_STREAM);
	let chosen: tf.Tensor | undefined;
	const watch = hookAt(['router.chosen'], (_point, tensor) => {
		chosen = tf.keep(tf.clone(tensor));
		return tensor;
	});
	const hooks: LayerHooks = (index) =>
		hookChain([silence(index), index === layer ? watch : noHook]);
	const [losses, best] = tf.tidy((): [tf.Tensor2D, tf.Tensor2D] => {
		const tokens_BT = tf.tensor2d(tokens, [sequences, length], 'int32');
		const logits_BTV = forward(params, config, tokens_BT, hooks);
		return [tokenLosses(logits_BTV, tokens_BT), tf.argMax(logits_BTV, 2)];
	});
	const read = [losses.data<'float32'>(), best.data<'int32'>(), chosen!.data()] as const;
	const [loss, token, expert] = await Promise.all(read);
	tf.dispose([losses, best, chosen!]);
	const rows = Array.from({ length: sequences }, (_, row) => row);
	const at = rows.flatMap((row) => positions.map((position) => ({ row, before: position - 1 })));
	return {
		losses: at.map(({ row, before }) => loss[row * (length - 1) + before]!),
		isRight: at.map(
			({ row, before }) => token[row * length + before] === tokens[row * length + before + 1]
		),
		experts: at.map(({ row, before }) => expert[(row * length + before) * config.topK]!)
	};
}
