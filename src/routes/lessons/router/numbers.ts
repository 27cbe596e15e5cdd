import { measuredOf, type Experiment } from '$lib/experiments/experiment';
import { gateSide } from '$lib/experiments/gateSide';
import { knockOut } from '$lib/experiments/knockOut';
import { learnedRouter } from '$lib/experiments/learnedRouter';
import { loadBalance } from '$lib/experiments/loadBalance';
import type { Recorded } from '$lib/experiments/recorded';
import { MAVERICK, SCOUT, type ModelCard } from '$lib/llama4/cards';
import type { ModelRules } from '$lib/math/rules';
import { activeParameterCount, parameterCount } from '$lib/math/size';
import { readTrace } from '$lib/protocol/traceFile';
import { lengthOf, rowOf } from '$lib/views/pass';
import { gateOf, sortingOf, type Sorting } from '$lib/views/sorting';
import type { RecordedRouter } from './recorded';

/** What became of one token in the layer. */
export interface TokenNumbers {
	/** Its place in the text, from 0. */
	token: number;
	text: string;
	/** The expert with the highest score. */
	expert: number;
	logit: number;
	gate: number;
	/** Length of the vector before and after the gate. */
	length: number;
	shrunk: number;
	routed: number;
	shared: number;
	/** How long the answer is of what it would be for the whole token, a share of 1. */
	answer: number;
}

/** What the loss does when one expert is silent. */
export interface Loss {
	expert: number;
	/** Texts of the tokens that were sent to it. */
	visitors: readonly string[];
	/** The token that suffers most, and its loss before and after, in nats. */
	worst: { text: string; before: number; after: number };
	/** The largest change of any other token, up or down. */
	others: number;
}

/** A published model in the numbers of this lesson. */
export interface PlanNumbers {
	name: string;
	layers: number;
	moeLayers: number;
	experts: number;
	/** Weights of the text model, and those that one token uses. */
	total: number;
	active: number;
}

/** From the smallest to the largest of some seeds. */
export interface Span {
	least: number;
	most: number;
}

/** What an experiment measured over its seeds, by arm and measure. */
export type Spans = Readonly<Record<string, Readonly<Record<string, Span>>>>;

/** Every number that a sentence of this lesson states. */
export interface RouterNumbers {
	recorded: RecordedRouter;
	experts: number;
	tokens: readonly TokenNumbers[];
	/** The token that needs its own expert most. */
	hero: TokenNumbers;
	/** The token whose answer lies furthest below its gate. */
	bent: TokenNumbers;
	/** The token with the smallest gate. */
	dimmest: TokenNumbers;
	/** A word that comes twice and goes to two experts. */
	twice: readonly [TokenNumbers, TokenNumbers];
	/** Cells of the score table that the gradient reaches, and all. */
	reached: number;
	cells: number;
	loss: Loss;
	/** Held-out loss with everything at work, without the shared expert, and without the dearest routed one. */
	heldOut: { whole: number; noShared: number; noDearest: number; dearest: number };
	scout: PlanNumbers;
	maverick: PlanNumbers;
	/** What a gate of one half leaves of the answers to the tokens of the text, shares of 1. */
	halves: Span;
	/** The same in fresh models, with the gate on the input and on the answer, in percent. */
	sided: Spans;
	/** What a silent part takes along. */
	knocked: Spans;
	/** The learned router, its frozen twin and two dense parts; with and without the balance loss. */
	learned: Spans;
	balanced: Spans;
	/** Seeds behind each span. */
	seeds: number;
}

/** What the experiments of the lesson found when they were recorded, by what they are about. */
export type RecordedProofs = Readonly<
	Record<'sided' | 'knocked' | 'learned' | 'balanced', Recorded>
>;

/** Reads the numbers off the recorded pass and the model cards. */
export function numbersOf(recorded: RecordedRouter, found: RecordedProofs): RouterNumbers {
	const sorting = sortingOf(readTrace(recorded.trace), recorded.layer);
	if (!sorting) throw new RangeError('the recorded pass has no experts');
	const tokens = recorded.texts.map((text, token) => tokenNumbers(recorded, sorting, text, token));
	const loss = dearestLoss(recorded, tokens);
	return {
		...{ recorded, tokens, loss },
		experts: sorting.routing.experts,
		hero: best(
			tokens.filter(({ expert, text }) => expert === loss.expert && text === loss.worst.text),
			({ gate }) => gate
		),
		bent: best(tokens, ({ gate, answer }) => gate - answer),
		dimmest: best(tokens, ({ gate }) => -gate),
		twice: wordTwice(tokens),
		reached: recorded.gradient.filter((slope) => slope !== 0).length,
		cells: recorded.gradient.length,
		heldOut: heldOutOf(recorded),
		scout: planNumbers(SCOUT),
		maverick: planNumbers(MAVERICK),
		halves: spanOf(recorded.bends.map((bend) => bend[5] ?? NaN)),
		sided: spansOf(gateSide, found.sided),
		knocked: spansOf(knockOut, found.knocked),
		learned: spansOf(learnedRouter, found.learned),
		balanced: spansOf(loadBalance, found.balanced),
		seeds: found.learned.seeds.length
	};
}

function heldOutOf({ silenced, heldOut: whole }: RecordedRouter): RouterNumbers['heldOut'] {
	const routed = silenced.filter(({ expert }) => expert !== null);
	const dearest = best(routed, ({ heldOut }) => heldOut);
	return {
		whole,
		noShared: silenced.find(({ expert }) => expert === null)?.heldOut ?? NaN,
		noDearest: dearest.heldOut,
		dearest: dearest.expert ?? 0
	};
}

function tokenNumbers(
	{ fullLengths }: RecordedRouter,
	{ routing, normed, shrunk, routed, shared }: Sorting,
	text: string,
	token: number
): TokenNumbers {
	const expert = routing.chosen[token]?.[0] ?? 0;
	const answer = lengthOf(rowOf(routed, token));
	return {
		...{ token, text, expert },
		logit: routing.logits[token * routing.experts + expert] ?? NaN,
		gate: gateOf(routing, token),
		length: lengthOf(rowOf(normed, token)),
		shrunk: lengthOf(rowOf(shrunk, token)),
		routed: answer,
		shared: lengthOf(rowOf(shared, token)),
		answer: answer / (fullLengths[token] ?? NaN)
	};
}

/** The expert whose silence costs one token most. */
function dearestLoss(
	{ silenced, losses, texts }: RecordedRouter,
	tokens: readonly TokenNumbers[]
): Loss {
	const cases = silenced.flatMap(({ expert, losses: without }) =>
		expert === null
			? []
			: without.flatMap((after, token) =>
					after === null ? [] : [{ expert, token, after, before: losses[token] ?? NaN, without }]
				)
	);
	const { expert, token, before, after, without } = best(cases, (one) => one.after - one.before);
	const changes = without.map((loss, i) =>
		i === token || loss === null ? 0 : Math.abs(loss - (losses[i] ?? NaN))
	);
	return {
		expert,
		visitors: tokens.filter((one) => one.expert === expert).map(({ text }) => text),
		worst: { text: texts[token] ?? '', before, after },
		others: Math.max(...changes)
	};
}

function wordTwice(tokens: readonly TokenNumbers[]): [TokenNumbers, TokenNumbers] {
	for (const first of tokens) {
		const second = tokens.find(
			({ text, token, expert }) =>
				token > first.token && text === first.text && expert !== first.expert
		);
		if (second && /\p{L}/u.test(first.text)) return [first, second];
	}
	throw new RangeError('no word of the text goes to two experts');
}

function spanOf(values: readonly number[]): Span {
	return { least: Math.min(...values), most: Math.max(...values) };
}

function spansOf(experiment: Experiment, { seeds }: Recorded): Spans {
	const found = seeds.map((seed) => measuredOf(experiment, seed));
	const span = (arm: string, measure: string) =>
		spanOf(found.map((one) => one[arm]?.[measure] ?? NaN));
	const measures = Object.keys(experiment.measures);
	return Object.fromEntries(
		Object.keys(experiment.arms).map((arm) => [
			arm,
			Object.fromEntries(measures.map((measure) => [measure, span(arm, measure)]))
		])
	);
}

function planNumbers({ name, text }: ModelCard & { text: { value: ModelRules } }): PlanNumbers {
	const { layers, experts } = text.value;
	return {
		...{ name, layers: layers.length, experts },
		moeLayers: layers.filter(({ feedForward }) => feedForward === 'moe').length,
		total: parameterCount(text.value),
		active: activeParameterCount(text.value)
	};
}

function best<T>(items: readonly T[], height: (item: T) => number): T {
	const [first, ...others] = items;
	if (first === undefined) throw new RangeError('there is nothing to choose from');
	return others.reduce((a, b) => (height(b) > height(a) ? b : a), first);
}
