import { INITIAL_SETTINGS, SETTINGS, type Settings } from '$lib/protocol/settings';
import { expertLetter } from '$lib/views/words';
import { choiceKey, flagKey, numberKey, textKey, type Values } from '../keys';
import type { Part } from './office.svelte';

/**
 * Parts that a link can silence: none, the shared expert, or one of the toy's eight; `auto` is none while
 * the lesson asks and the expert it speaks of once it answers.
 */
export const PARTS = ['auto', 'none', 'shared', 'A', 'B', 'C', 'D', 'E', 'F', 'G', 'H'] as const;

const COUNT = numberKey('The number of experts', { min: 2, max: 64, initial: 8 });
/** One expert leaves a router nothing to choose: the note says so. */
const EXPERTS: typeof COUNT = {
	...COUNT,
	read: (text) => {
		const { value, note } = COUNT.read(text);
		const isTooFew = note !== null && Number(text) < COUNT.min;
		return { value, note: isTooFew ? `${note} A router chooses, and a choice needs two.` : note };
	}
};

/** What the link of this lesson keeps. */
export const KEYS = {
	off: choiceKey('The silent part', PARTS, 'auto'),
	turn: numberKey('The dial', { min: 0, max: 1, initial: 0.5, by: 0.1 }),
	side: choiceKey('The side of the dial', ['input', 'output'], 'input'),
	tokens: numberKey('The number of tokens', { min: 16, max: 64, initial: 16, by: 8 }),
	experts: EXPERTS,
	silent: textKey('Your own silent part', /^(|shared|\d|[1-5]\d|6[0-3])$/, ''),
	topk: numberKey('Experts per token', { min: 1, max: 4, initial: 1 }),
	gate: choiceKey('The place of the gate', ['input', 'output'], 'input'),
	router: choiceKey('The gate', ['sigmoid', 'softmax'], 'sigmoid'),
	balance: numberKey('The balance loss', { min: 0, max: 0.1, initial: 0, by: 0.005 }),
	frozen: flagKey('The frozen router', false),
	moe: numberKey('Layers per layer with experts', { min: 1, max: 2, initial: 1 })
};

export type RouterValues = Values<typeof KEYS>;

/** What a teacher's link may hide or fix. */
export const CONTROLS = {
	off: 'Silent part',
	turn: 'Dial',
	side: 'Side of the dial',
	tokens: 'Tokens',
	experts: 'Experts',
	silent: 'Your own silent part',
	topk: 'Experts per token',
	gate: 'Gate on',
	router: 'Gate from',
	balance: 'Balance loss',
	frozen: 'Frozen router',
	moe: 'Layers with experts',
	train: 'Training',
	run: 'Run'
} as const;

/** The part that a value of `off` names, or null. */
export function partOf(off: RouterValues['off'], auto: Part | null): Part | null {
	if (off === 'auto') return auto;
	if (off === 'none' || off === 'shared') return off === 'none' ? null : off;
	return PARTS.indexOf(off) - PARTS.indexOf('A');
}

/** The part of the learner's own model that is silent, or null; an expert that it lacks is none. */
export function ownPartOf({ silent, experts }: RouterValues): Part | null {
	if (silent === 'shared') return silent;
	return silent === '' || Number(silent) >= experts ? null : Number(silent);
}

/** A part in words. */
export function partName(part: Part | null): string {
	if (part === null) return 'nobody';
	return part === 'shared' ? 'the shared expert' : `expert ${expertLetter(part)}`;
}

/** The settings that the values of the learner's own model stand for. */
export function settingsFor(values: RouterValues): Partial<Settings> {
	return {
		experts: values.experts,
		topK: Math.min(values.topk, values.experts),
		gate: values.gate === 'output' ? 1 : 0,
		router: values.router === 'softmax' ? 1 : 0,
		balanceWeight: values.balance,
		freezeRouter: values.frozen ? 1 : 0,
		moeEvery: values.moe,
		length: Math.max(INITIAL_SETTINGS.length, values.tokens)
	};
}

/** The query of the home page that opens the model of these values, at the answers of its first experts. */
export function homeQuery(values: RouterValues): string {
	const settings = settingsFor(values);
	const params = new URLSearchParams();
	for (const [name, value] of Object.entries(settings) as [keyof Settings, number][]) {
		if (value !== INITIAL_SETTINGS[name]) params.set(SETTINGS[name].key, String(value));
	}
	params.set('layer', String(values.moe));
	params.set('step', '8');
	return params.toString();
}
