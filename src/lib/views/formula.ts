import { attentionScale, attentionScope, mayAttend } from '$lib/math/attention';
import { inverseFrequencies } from '$lib/math/rope';
import type { ModelConfig } from '$lib/protocol/config';
import type { Trace } from '$lib/protocol/trace';
import {
	attentionOf,
	finalRowsOf,
	headRowsOf,
	lengthOf,
	rootMeanSquare,
	routingOf,
	rowOf,
	rowsOf,
	streamsOf
} from './pass';
import { MOMENT } from './story';
import { expertLetter, fixed, number, quoted } from './words';

/** A piece of a formula line. */
export interface Part {
	text: string;
	/** `number` is filled in from the model, `token` names the token, `sign` is the formula itself. */
	kind: 'sign' | 'number' | 'token' | 'expert';
	/** For `expert`: which. */
	expert?: number;
	/** What it stands for, where the hand on it lights up a picture and the picture lights it up. */
	symbol?: string;
}

/** What the formula is about: the model's numbers and the cell under the hand. */
export interface Scene {
	trace: Trace;
	config: ModelConfig;
	/** Text of each token of the pass. */
	texts: readonly string[];
	layer: number;
	head: number;
	/** The token whose way is followed; the query in attention. */
	token: number;
	/** The key it is compared with. */
	key: number;
	/** The expert under the hand, or null for the winner. */
	expert: number | null;
}

const sign = (text: string): Part => ({ text, kind: 'sign' });
const filled = (value: number, digits = 3): Part => ({
	text: number(value, digits),
	kind: 'number'
});
const letter = (expert: number): Part => ({ text: expertLetter(expert), kind: 'expert', expert });

/** The formula of a moment, filled with the numbers of the scene; empty if the trace lacks them. */
export function formulaOf(scene: Scene, moment: number): Part[] {
	const name: Part = { text: quoted(scene.texts[scene.token]), kind: 'token' };
	switch (moment) {
		case MOMENT.norm:
			return normFormula(scene, name);
		case MOMENT.queries:
			return turnFormula(scene, name);
		case MOMENT.scale:
			return scaleFormula(scene, name);
		case MOMENT.scores:
			return scoreFormula(scene, name);
		case MOMENT.mix:
			return weightFormula(scene, name);
		default:
			return scene.config.layers[scene.layer]?.feedForward === 'dense'
				? denseFormula(scene, name, moment)
				: expertFormula(scene, name, moment);
	}
}

function normFormula({ trace, config, layer, token }: Scene, name: Part): Part[] {
	const before = streamsOf(trace, config.layers.length)[layer];
	if (!before) return [];
	const size = rootMeanSquare(rowOf(before, token), config.normEps);
	return [name, sign('x̂ = x ÷ √(mean x² + ε) · w = x ÷'), filled(size), sign('· w')];
}

function turnFormula({ config, layer, token }: Scene, name: Part): Part[] {
	if (config.layers[layer]?.positions === 'nope') {
		return [name, sign('q = x̂·W_q,  k = x̂·W_k,  v = x̂·W_v,  no rotation')];
	}
	const speeds = inverseFrequencies(config.headWidth, config.rope);
	const fastest = speeds[0] ?? 0;
	const slowest = speeds[speeds.length - 1] ?? 0;
	return [
		name,
		sign('angle = position · θ^(−2i/K): first pair'),
		filled(token),
		sign('·'),
		filled(fastest),
		sign('='),
		filled(token * fastest),
		sign('rad, last pair'),
		filled(token * slowest),
		sign('rad')
	];
}

function scaleFormula(scene: Scene, name: Part): Part[] {
	const { trace, config, layer, head, token } = scene;
	if (config.layers[layer]?.positions === 'nope') {
		if (!config.attentionScale) return [name, sign('q stays as it is')];
		const { floorScale, attnScale } = config.attentionScale;
		return [
			name,
			sign('scale = 1 + '),
			filled(attnScale),
			sign('· ln(1 + ⌊('),
			filled(token),
			sign('+ 1) /'),
			filled(floorScale),
			sign('⌋) ='),
			{ text: fixed(attentionScale(token, config.attentionScale), 4), kind: 'number' }
		];
	}
	const queries = headRowsOf(trace, 'attention.q', { layer, head, headWidth: config.headWidth });
	if (!config.qkNorm || !queries)
		return config.qkNorm ? [] : [name, sign('q and k stay as they are')];
	const size = rootMeanSquare(rowOf(queries, token), config.normEps);
	return [
		name,
		sign('q ÷ √(mean q² + ε) = q ÷'),
		filled(size),
		sign(', length √K ='),
		filled(Math.sqrt(config.headWidth))
	];
}

function scoreFormula(scene: Scene, name: Part): Part[] {
	const { trace, config, texts, layer, head, token, key } = scene;
	const names = [name, sign('looks at'), { text: quoted(texts[key]), kind: 'token' } as const];
	const blocked = reasonHidden(scene);
	if (blocked) return [...names, sign(`score = −∞: ${blocked}`)];
	const scores = attentionOf(trace, layer, head)?.scores;
	const queries = finalRowsOf(trace, 'attention.qFinal', layer, head);
	const kvHead = Math.floor((head * config.kvHeads) / config.heads);
	const keys = finalRowsOf(trace, 'attention.kFinal', layer, kvHead);
	if (!scores) return [];
	const score = scores[token * texts.length + key] ?? 0;
	if (!queries || !keys) return [...names, sign('score = q·k ÷ √K ='), filled(score)];
	const keyRow = rowOf(keys, key);
	const product = rowOf(queries, token).reduce((sum, q, i) => sum + q * (keyRow[i] ?? 0), 0);
	return [
		...names,
		sign('score = q·k ÷ √K ='),
		filled(product),
		sign('÷'),
		filled(Math.sqrt(config.headWidth)),
		...addedScale(scene),
		sign('='),
		filled(score)
	];
}

/** The scale where it is added to the score of a NoPE layer, which is not Llama 4; else nothing. */
function addedScale({ config, layer, token }: Scene): Part[] {
	const { attentionScale: settings, layers, variants } = config;
	if (variants.scale !== 'add' || !settings || layers[layer]?.positions !== 'nope') return [];
	return [sign('+'), { text: fixed(attentionScale(token, settings), 4), kind: 'number' }];
}

/** Why the key is hidden from the token, in a few words, or null if it is not. */
export function reasonHidden({ config, layer, token, key }: Scene): string | null {
	const scope = config.layers[layer]?.scope ?? 'global';
	if (mayAttend(token, key, attentionScope(scope, config.chunk))) return null;
	if (key > token) return 'it lies in the future';
	return scope === 'sliding' ? 'it lies before the window' : 'a chunk wall lies between';
}

function weightFormula(scene: Scene, name: Part): Part[] {
	const { trace, texts, layer, head, token, key } = scene;
	const attention = attentionOf(trace, layer, head);
	if (!attention) return [];
	const other: Part = { text: quoted(texts[key]), kind: 'token' };
	const weight = attention.pattern[token * attention.size + key] ?? 0;
	const blocked = reasonHidden(scene);
	if (blocked)
		return [name, sign('takes from'), other, sign(`nothing, ${blocked}: weight`), filled(0)];
	const score = attention.scores?.[token * attention.size + key];
	const power = score === undefined ? [sign('e^score')] : [sign('e^'), filled(score)];
	return [
		name,
		sign('takes from'),
		other,
		sign('weight ='),
		...power,
		sign('÷ Σ e^score ='),
		filled(weight)
	];
}

function expertFormula(scene: Scene, name: Part, moment: number): Part[] {
	const { trace, config, layer, token } = scene;
	const routing = routingOf(trace, layer);
	if (!routing) return [];
	const winners = routing.chosen[token] ?? [];
	const expert = scene.expert ?? winners[0] ?? 0;
	const logit = routing.logits[token * routing.experts + expert] ?? 0;
	const gate = routing.gates[token * routing.experts + expert] ?? 0;
	if (moment === MOMENT.router) {
		return [name, sign('logit of'), letter(expert), sign('= x̂ · r ='), filled(logit)];
	}
	if (moment === MOMENT.gate && !winners.includes(expert)) {
		return [name, letter(expert), sign('did not win ('), filled(logit), sign('): gate = 0')];
	}
	if (moment === MOMENT.gate) {
		const rule = config.variants.router === 'sigmoid' ? 'σ(logit) = σ(' : 'softmax share of (';
		return [
			name,
			sign('gate of'),
			letter(expert),
			sign(`= ${rule}`),
			filled(logit),
			sign(') ='),
			filled(gate)
		];
	}
	return [name, ...outputFormula(scene, winners)];
}

function outputFormula({ trace, config, layer, token }: Scene, winners: readonly number[]): Part[] {
	const routing = routingOf(trace, layer);
	const routed = rowsOf(trace, 'experts.routed', layer);
	const shared = rowsOf(trace, 'experts.shared', layer);
	const isInput = config.variants.gate === 'input';
	const answers = winners.flatMap((expert): Part[] => {
		const gate = filled(routing?.gates[token * routing.experts + expert] ?? 0);
		return isInput
			? [sign('+'), letter(expert), sign('('), gate, sign('· x̂ )')]
			: [sign('+'), gate, sign('·'), letter(expert), sign('( x̂ )')];
	});
	const sizes =
		routed && shared
			? [
					sign(', lengths'),
					filled(lengthOf(rowOf(shared, token))),
					sign('and'),
					filled(lengthOf(rowOf(routed, token)))
				]
			: [];
	return [sign('x + Shared( x̂ )'), ...answers, ...sizes];
}

function denseFormula({ trace, layer, token }: Scene, name: Part, moment: number): Part[] {
	const middle = rowsOf(trace, 'residual.mid', layer);
	const answer = rowsOf(trace, 'dense.out', layer);
	if (moment === MOMENT.router) {
		if (!middle) return [];
		return [name, sign('x̂ = x ÷'), filled(rootMeanSquare(rowOf(middle, token))), sign('· w')];
	}
	if (moment === MOMENT.gate) return [name, sign('y = ( silu(x̂·W_gate) · (x̂·W_up) ) · W_down')];
	if (!answer) return [];
	return [name, sign('x + y, y of length'), filled(lengthOf(rowOf(answer, token)))];
}
