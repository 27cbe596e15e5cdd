import type { ModelConfig, Variants } from '$lib/protocol/config';
import { gradientOf, type Trace } from '$lib/protocol/trace';
import type { Part } from './formula';
import { lengthOf, routingOf, rowOf, rowsOf, type Routing, type Rows } from './pass';
import type { Numbers } from './table';
import { expertLetter, fixed, number, quoted } from './words';

/** The six moves of a token through a layer with experts. */
export const MOVES = ['scores', 'winner', 'dial', 'shrink', 'add', 'learn'] as const;
export type Move = (typeof MOVES)[number];

/** What a layer with experts did to the tokens of a pass. */
export interface Sorting {
	routing: Routing;
	/** Gradient of the loss by the router logits, token by expert, or null. */
	gradient: Float32Array | null;
	/** What the router and the shared expert read. */
	normed: Rows;
	/** The same times the gate, what the first chosen expert reads. */
	shrunk: Rows;
	/** Answers of the chosen experts, added up. */
	routed: Rows;
	shared: Rows;
	/** Both together. */
	answer: Rows;
}

const sign = (text: string): Part => ({ text, kind: 'sign' });
/** A number of the pass; under the hand it lights up the picture that it stands in. */
const filled = (value: number, symbol: string): Part => ({
	...{ text: number(value), kind: 'number', symbol }
});

/** The sorting of one layer, or null for a dense layer or a trace that lacks it. */
export function sortingOf(trace: Trace, layer: number): Sorting | null {
	const routing = routingOf(trace, layer);
	const normed = rowsOf(trace, 'feedForward.norm', layer);
	const routed = rowsOf(trace, 'experts.routed', layer);
	const shared = rowsOf(trace, 'experts.shared', layer);
	const answer = rowsOf(trace, 'experts.out', layer);
	if (!routing || !normed || !routed || !shared || !answer) return null;
	const gradient = gradientOf(trace, 'router.logits', layer)?.data ?? null;
	const shrunk = { ...normed, values: scaledRows(normed, routing) };
	return { routing, gradient, normed, shrunk, routed, shared, answer };
}

function scaledRows({ values, width }: Rows, routing: Routing): Float32Array {
	return values.map((value, i) => value * gateOf(routing, Math.floor(i / width)));
}

/** The gate of a token's first expert, or of another one. */
export function gateOf(routing: Routing, token: number, expert?: number): number {
	const chosen = expert ?? routing.chosen[token]?.[0] ?? 0;
	return routing.gates[token * routing.experts + chosen] ?? 0;
}

/** The layer in one line: each symbol stands for a picture. */
export function layerFormula({ variants, topK }: Pick<ModelConfig, 'variants' | 'topK'>): Part[] {
	const symbol = (text: string, stands: string): Part => ({ text, kind: 'sign', symbol: stands });
	const token = symbol('x', 'token');
	const expert = symbol('Eₖ', 'expert');
	const gate = [
		symbol(variants.router === 'sigmoid' ? 'σ' : 'softmax', 'dial'),
		...[sign('('), symbol('sₖ', 'score'), sign(')')]
	];
	const shared = [symbol('y', 'answer'), sign('='), symbol('S', 'shared'), sign('('), token];
	const plus = sign(topK === 1 ? ') +' : ') + Σ');
	return variants.gate === 'input'
		? [...shared, plus, expert, sign('('), ...gate, sign('·'), token, sign(')')]
		: [...shared, plus, ...gate, sign('·'), expert, sign('('), token, sign(')')];
}

/** The vectors that a move is about, by name, with the symbol of the formula that each stands for. */
export function vectorsOf(
	{ normed, shrunk, shared, routed, answer }: Sorting,
	move: Move,
	gate: Variants['gate']
): { name: string; symbol: string; rows: Rows }[] {
	const isInput = gate === 'input';
	const whole = { name: 'x', symbol: 'token', rows: normed };
	if (move === 'shrink') {
		return isInput ? [whole, { name: 'g · x', symbol: 'shrunk', rows: shrunk }] : [whole];
	}
	if (move !== 'add' && move !== 'learn') return [];
	return [
		{ name: 'S(x)', symbol: 'shared', rows: shared },
		{ name: isInput ? 'E(g·x)' : 'g·E(x)', symbol: 'expert', rows: routed },
		{ name: 'y', symbol: 'answer', rows: answer }
	];
}

/** What a formula line is about. */
export interface MoveScene {
	sorting: Sorting;
	texts: readonly string[];
	token: number;
	/** The expert under the hand, or null for the token's own. */
	expert: number | null;
	variants: Variants;
}

/** The formula of a move, filled with the numbers of the token. */
export function moveFormula(scene: MoveScene, move: Move): Part[] {
	const { sorting, texts, token, expert, variants } = scene;
	const { routing } = sorting;
	const winner = routing.chosen[token]?.[0] ?? 0;
	const seen = move === 'scores' || move === 'learn' ? (expert ?? winner) : winner;
	const logit = routing.logits[token * routing.experts + seen] ?? 0;
	const gate = gateOf(routing, token);
	const start: Part[] = [
		{ text: quoted(texts[token]), kind: 'token', symbol: 'token' },
		{ text: expertLetter(seen), kind: 'expert', expert: seen }
	];
	switch (move) {
		case 'scores':
			return [...start, sign('s = x · r ='), filled(logit, 'score')];
		case 'winner':
			return [...start, sign(`largest of ${routing.experts} scores:`), filled(logit, 'score')];
		case 'dial':
			return [
				...start,
				sign(variants.router === 'sigmoid' ? 'g = σ(' : 'g = softmax share of ('),
				filled(logit, 'score'),
				sign(') ='),
				filled(gate, 'dial')
			];
		case 'shrink':
			return variants.gate === 'input'
				? [...start, sign('reads g · x, of length'), ...shrinkParts(sorting, token)]
				: [...start, sign('reads x; its answer is multiplied by'), filled(gate, 'dial')];
		case 'add':
			return [...start, ...sumParts(sorting, token)];
		case 'learn':
			return [...start, ...slopeParts(sorting, token, seen)];
	}
}

function shrinkParts({ routing, normed, shrunk }: Sorting, token: number): Part[] {
	return [
		filled(gateOf(routing, token), 'dial'),
		sign('·'),
		filled(lengthOf(rowOf(normed, token)), 'token'),
		sign('='),
		filled(lengthOf(rowOf(shrunk, token)), 'shrunk')
	];
}

function sumParts({ answer, shared, routed }: Sorting, token: number): Part[] {
	return [
		sign('y = S(x) + E(g · x), of lengths'),
		filled(lengthOf(rowOf(answer, token)), 'answer'),
		sign('from'),
		filled(lengthOf(rowOf(shared, token)), 'shared'),
		sign('and'),
		filled(lengthOf(rowOf(routed, token)), 'expert')
	];
}

function slopeParts({ routing, gradient }: Sorting, token: number, expert: number): Part[] {
	if (!gradient) return [sign('the gradient comes with the engine')];
	const slope = gradient[token * routing.experts + expert] ?? 0;
	if (slope === 0) {
		const isLast = token === routing.tokens - 1;
		return [
			sign('∂loss / ∂s = 0:'),
			sign(isLast ? 'the last token predicts nothing' : 'it was not chosen')
		];
	}
	return [
		{ text: '∂loss', kind: 'sign', symbol: 'loss' },
		sign('/ ∂s ='),
		filled(slope, 'score'),
		sign(slope < 0 ? ': up' : ': down')
	];
}

/** The numbers of the six moves as a table. */
export function sortingTable(
	{ routing, gradient, routed, shared }: Sorting,
	texts: readonly string[]
): Numbers {
	const letters = Array.from({ length: routing.experts }, (_, expert) => expertLetter(expert));
	return {
		caption:
			'Scores, winner, gate, lengths of both answers, and the gradient at the winner’s score',
		columns: ['token', ...letters, 'winner', 'gate', 'routed', 'shared', 'gradient'],
		rows: texts.map((text, token) => {
			const start = token * routing.experts;
			const winners = routing.chosen[token] ?? [];
			const slopes = winners.map((expert) => number(gradient?.[start + expert] ?? NaN, 2));
			return [
				`${token} ${quoted(text)}`,
				...letters.map((_, expert) => fixed(routing.logits[start + expert] ?? 0, 3)),
				winners.map(expertLetter).join(' '),
				winners.map((expert) => fixed(gateOf(routing, token, expert), 3)).join(' '),
				fixed(lengthOf(rowOf(routed, token)), 2),
				fixed(lengthOf(rowOf(shared, token)), 2),
				gradient ? slopes.join(' ') : 'not asked for'
			];
		})
	};
}
