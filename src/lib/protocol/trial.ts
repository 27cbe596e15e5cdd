import type { ModelConfig, TrainConfig } from './config';
import type { DistillPlan } from './distill';
import { emptyHistory, extendHistory, type History, type StepRecord } from './history';

/** What was measured at one moment, by name. A probe says which names it gives. */
export type Numbers = Readonly<Record<string, number>>;

/** What to measure on a model while it learns, as data. Nothing that training drew is measured on. */
export type Probe =
	/**
	 * How well tokens at some positions are told from those before them. Gives `loss`, the mean
	 * cross-entropy in nats, and `accuracy`, the share that got the highest logit; with a name such as
	 * `first`, `first.loss` and `first.accuracy`.
	 */
	| {
			kind: 'answers';
			/** Tells one such probe from another. */
			name?: string;
			/** Sequences to measure on; rounded up to a multiple of 16. */
			sequences: number;
			/** Tokens per sequence. */
			length: number;
			/** Positions of the tokens to tell, from 1. */
			positions: readonly number[];
	  }
	/**
	 * Who goes where in a layer with experts. Gives `information`, the mutual information of token and
	 * first expert in nats, `imbalance`, the load of each expert as `load0`, `load1`, …, and the first
	 * expert of each token of `text` as `choice0`, `choice1`, …. A dense layer gives nothing.
	 */
	| {
			kind: 'routing';
			/** From 0. */
			layer: number;
			/** Sequences to measure on; rounded up to a multiple of 16. */
			sequences: number;
			/** Tokens per sequence. */
			length: number;
			/** Tokens whose way is followed. */
			text: readonly number[];
	  }
	/**
	 * Recall in texts of several lengths with one question, at the end (`drawHaystack`), under several
	 * attention scales; for the task `needle`. For each length and scale, such as `512.off`, of the
	 * question in the last NoPE layer, as a mean over its heads: `weight.512.off` on the needle;
	 * `entropy.512.off` of the attention, in nats; `accuracy.512.off`; and, where two needles are equally
	 * right, `share.512.off`, the larger of their weights over both. `gap.512` is how far, before any
	 * scale, the needle's score lies above the logarithm of the mean power of the others. The row of one
	 * question, first head, before any scale: `row.512.place`, where the needle lies; `row.512.needle`, its
	 * score; `row.512.hayLow` and `row.512.hayHigh`, the lowest and highest score of hay, equal where hay
	 * is one word and the layer has no positions; and `row.512.query`, the question's score of itself.
	 */
	| {
			kind: 'recall';
			/** Sequences per length. */
			sequences: number;
			lengths: readonly number[];
			floorScale: number;
			/** Growth of the attention scale by name. */
			scales: Readonly<Record<string, number>>;
	  }
	/**
	 * What single experts are worth at some answers. With each expert silent in turn: `own.rise`, how
	 * much the loss rises where it was the one chosen, and `own.lost`, the share of right answers that
	 * become wrong there; `others.rise` and `others.lost` everywhere else; `shared.rise` and `shared.lost`
	 * with the shared expert silent. A dense layer gives nothing.
	 */
	| {
			kind: 'knockOut';
			/** From 0. */
			layer: number;
			sequences: number;
			/** Tokens per sequence. */
			length: number;
			/** Positions of the tokens to tell, from 1. */
			positions: readonly number[];
	  }
	/**
	 * What a gate leaves of an answer. For every token the length of what its first expert adds at this
	 * gate, as a share of what it adds at a gate of 1: `mean`, and `high`, which 95 in 100 tokens stay
	 * below. A dense layer gives nothing.
	 */
	| {
			kind: 'gate';
			/** From 0. */
			layer: number;
			/** From 0 to 1. */
			gate: number;
			sequences: number;
			/** Tokens per sequence. */
			length: number;
	  };

/** One side of a comparison: a model and how it is trained. */
export interface TrialArm {
	name: string;
	config: ModelConfig;
	train: TrainConfig;
}

/** Fresh models of one seed that learn one task, step by step beside one another. */
export interface LearnTrial {
	kind: 'learn';
	/** Id of a task, see `taskOf`. */
	task: string;
	/** Seeds the start weights of every arm and the data of every step. */
	seed: number;
	/** Training steps of each arm. */
	steps: number;
	/** Steps between two probings; 0 to probe at the end only. */
	every: number;
	arms: readonly TrialArm[];
	probes: readonly Probe[];
}

/** A teacher and its students that learn beside one another; arm 0 is the teacher. */
export interface DistillTrial {
	kind: 'distill';
	seed: number;
	/** Steps of the students. */
	steps: number;
	arms: readonly { name: string }[];
	plan: DistillPlan;
}

/** A run beside the model at hand, complete in itself: the same everywhere it is run. */
export type Trial = LearnTrial | DistillTrial;

/** What the probes gave at one moment. */
export interface Probed {
	/** Training steps done. */
	step: number;
	numbers: Numbers;
}

/** What a trial has to tell after one of its arms did a step. */
export interface TrialNews {
	/** Index of the arm. */
	arm: number;
	records: readonly StepRecord[];
	probed: readonly Probed[];
}

/** All that is known of one arm. */
export interface ArmOutcome {
	name: string;
	/** The course of its training loss, thinned where it is long. */
	history: History;
	/** What the probes gave, in the order of steps. */
	probed: readonly Probed[];
}

/** All that is known of a trial so far: plain data, replaced whole as news come. */
export interface TrialOutcome {
	seed: number;
	/** In the order of the trial's arms. */
	arms: readonly ArmOutcome[];
}

/** The outcome of a trial that has not begun. */
export function emptyOutcome({ seed, arms }: Trial): TrialOutcome {
	return { seed, arms: arms.map(({ name }) => ({ name, history: emptyHistory(), probed: [] })) };
}

/** The outcome with further news. */
export function extendOutcome(outcome: TrialOutcome, news: readonly TrialNews[]): TrialOutcome {
	const arms = outcome.arms.map((arm, i) => {
		const own = news.filter((item) => item.arm === i);
		if (own.length === 0) return arm;
		return {
			...arm,
			history: extendHistory(
				arm.history,
				own.flatMap(({ records }) => records)
			),
			probed: [...arm.probed, ...own.flatMap(({ probed }) => probed)]
		};
	});
	return { ...outcome, arms };
}

/** Training steps that every arm has done. */
export function stepsDone({ arms }: TrialOutcome): number {
	return Math.min(
		...arms.map(({ history: { steps, rest } }) => rest.at(-1)?.step ?? steps.at(-1) ?? 0)
	);
}

/** Why a trial has ended. */
export type TrialEnd = 'done' | 'asked' | 'notFinite';
