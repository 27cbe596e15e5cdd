import { product, swiGlu } from './expert';
import { route, type Choice } from './route';
import { eachRow, type Numbers } from './table';
import type { BatchShape, ModelRules, Note } from './rules';

/** Weights of one feed-forward network, by the names of `model/params.ts`. */
export interface NetworkWeights {
	readonly gate_DF: Numbers;
	readonly up_DF: Numbers;
	readonly down_FD: Numbers;
}

/** Weights of a layer with experts. */
export interface MoeWeights {
	readonly kind: 'moe';
	readonly norm_D: Numbers;
	readonly router_DE: Numbers;
	/** Per expert, gate and up side by side: columns 0 … F−1 are the gate, F … 2F−1 are up. */
	readonly gateUp_EDF: Numbers;
	readonly down_EFD: Numbers;
	readonly shared: NetworkWeights;
}

/** Weights of a dense layer. */
export interface DenseWeights extends NetworkWeights {
	readonly kind: 'dense';
	readonly norm_D: Numbers;
}

export type FeedForwardWeights = MoeWeights | DenseWeights;

/** The feed-forward part of one layer over a normed stream, shape [B·T, D] in and out. */
export function feedForward(
	x: Float64Array,
	weights: FeedForwardWeights,
	rules: ModelRules,
	{ batch, length }: BatchShape,
	note: Note
): Float64Array<ArrayBuffer> {
	const { width, denseFeedForward } = rules;
	if (weights.kind === 'moe') return mixture(x, weights, rules, note);
	const out = eachRow(x, width, (row) => network(row, weights, denseFeedForward));
	note('dense.out', [batch, length, width], out);
	return out;
}

/** `down(silu(x · gate) · (x · up))` for one token. */
function network(
	x: Float64Array,
	{ gate_DF, up_DF, down_FD }: NetworkWeights,
	hidden: number
): Float64Array<ArrayBuffer> {
	const bent = swiGlu(product(x, gate_DF, hidden), product(x, up_DF, hidden));
	return product(bent, down_FD, x.length);
}

/**
 * The chosen experts and the shared one, added up.
 *
 * Source: `MoE.forward`, meta-llama/llama-models, models/llama4/moe.py.
 */
function mixture(
	x: Float64Array,
	weights: MoeWeights,
	rules: ModelRules,
	note: Note
): Float64Array<ArrayBuffer> {
	const { width, experts, topK, variants } = rules;
	const tokens = x.length / width;
	const logits = eachRow(x, width, (row) => product(row, weights.router_DE, experts));
	note('router.logits', [tokens, experts], logits);
	const choices = Array.from({ length: tokens }, (_, token) =>
		route(logits.subarray(token * experts, (token + 1) * experts), topK, variants.router)
	);
	noteChoices(choices, experts, note);
	const routed = eachRow(x, width, (row, token) => visit(row, choices[token], weights, rules));
	note('experts.routed', [tokens, width], routed);
	const shared = eachRow(x, width, (row) => network(row, weights.shared, rules.feedForward));
	note('experts.shared', [tokens, width], shared);
	const out = routed.map((value, i) => value + (shared[i] ?? NaN));
	note('experts.out', [tokens, width], out);
	return out;
}

function noteChoices(choices: readonly Choice[], experts: number, note: Note): void {
	const count = choices[0]?.experts.length ?? 0;
	const gates = new Float64Array(choices.length * experts);
	choices.forEach((choice, token) => {
		choice.experts.forEach((expert, rank) => {
			gates[token * experts + expert] = choice.gates[rank] ?? NaN;
		});
	});
	note('router.gate', [choices.length, experts], gates);
	const chosen = choices.flatMap((choice) => choice.experts);
	note('router.chosen', [choices.length, count], Float64Array.from(chosen));
	const chosenGates = choices.flatMap((choice) => choice.gates);
	note('router.chosenGate', [choices.length, count], Float64Array.from(chosenGates));
}

/**
 * What one expert says to a token that was multiplied by a gate before, `down(silu(gx · gate) · (gx · up))`.
 *
 * @param size width of the token and of the expert
 */
export function expertAnswer(
	x: Float64Array,
	gate: number,
	expert: number,
	{ gateUp_EDF, down_EFD }: Pick<MoeWeights, 'gateUp_EDF' | 'down_EFD'>,
	{ width, feedForward: hidden }: Pick<ModelRules, 'width' | 'feedForward'>
): Float64Array<ArrayBuffer> {
	const input = x.map((value) => value * gate);
	const both = product(input, gateUp_EDF, 2 * hidden, expert * width * 2 * hidden);
	const bent = swiGlu(both.subarray(0, hidden), both.subarray(hidden));
	return product(bent, down_EFD, width, expert * hidden * width);
}

/** What the chosen experts make of one token. In Llama 4 the gate multiplies the input of each. */
function visit(
	x: Float64Array,
	choice: Choice | undefined,
	weights: MoeWeights,
	rules: ModelRules
): Float64Array<ArrayBuffer> {
	const isInput = rules.variants.gate === 'input';
	const sum = new Float64Array(rules.width);
	choice?.experts.forEach((expert, rank) => {
		const gate = choice.gates[rank] ?? NaN;
		const out = expertAnswer(x, isInput ? gate : 1, expert, weights, rules);
		const factor = isInput ? 1 : gate;
		out.forEach((value, i) => (sum[i] = (sum[i] ?? 0) + value * factor));
	});
	return sum;
}
