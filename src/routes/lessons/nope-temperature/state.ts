import { attentionScale, type ScaleSettings } from '$lib/math/attention';
import { needleWeight, type Haystack } from '$lib/math/haystack';
import { MAVERICK, SCOUT } from '$lib/llama4/cards';
import { choiceKey, flagKey, numberKey, type Values } from '../keys';
import type { Openings } from '../link';

/** The most straws that are drawn one by one. */
export const DRAWN = 512;

/** The longest context that a released Llama 4 is said to take: Scout's. */
export const LONGEST = SCOUT.context?.value ?? 0;

/** Llama 4's own numbers of the scale. */
export const LLAMA4: ScaleSettings = SCOUT.text.value.attentionScale ?? {
	attnScale: 0,
	floorScale: 1
};

/** Context lengths at which the lesson tells Llama 4's scale; the last two are those of the cards. */
export const CONTEXTS: readonly number[] = [32_768, 131_072, MAVERICK.context?.value ?? 0, LONGEST];

/** Llama 4's scale at the last position of a context. */
export const scaleAtEnd = (context: number): number => attentionScale(context - 1, LLAMA4);

/** A gap of ours with which Llama 4's scale shows what it can do; no real gaps are published. */
export const WIDE_GAP = 10;

/** What the lesson opens with. */
export const START = { gap: 4, hay: 16, attnScale: LLAMA4.attnScale, floorScale: 32 };

/** The growth with which adding and multiplying are compared on the model: the largest that a link allows. */
export const STRONG = 2;

/** Text lengths at which the trained layer is measured, as the link writes them. */
const LENGTHS = ['31', '64', '128', '256', '512'] as const;

/** How fast the scale of the trained layer grows. */
export const GROWTHS = ['off', 'tenth', 'half'] as const;
export type Growth = (typeof GROWTHS)[number];

export const RULES = ['none', 'multiply', 'add'] as const;
export type Rule = (typeof RULES)[number];

/** What the link of the lesson keeps. */
export const KEYS = {
	gap: numberKey('The gap', { min: -2, max: 12, initial: START.gap, by: 0.5 }),
	n: numberKey('The number of straws', { min: 1, max: LONGEST, initial: START.hay }),
	on: flagKey('The scale', false),
	attn: numberKey('attn_scale', { min: 0, max: 2, initial: START.attnScale, by: 0.01 }),
	floor: numberKey('floor_scale', { min: 1, max: LLAMA4.floorScale, initial: START.floorScale }),
	rule: choiceKey('The rule', RULES, 'none'),
	head: numberKey('The head', { min: 1, max: 4, initial: 3 }),
	all: flagKey('The scale in all layers', false),
	length: { ...choiceKey('The text length', LENGTHS, '512'), options: LENGTHS },
	growth: choiceKey('The growth', GROWTHS, 'off'),
	times: numberKey('The scale of the few keys', { min: 1, max: 12, initial: 1, by: 0.5 }),
	tau: numberKey('The sampling temperature', { min: 0.1, max: 3, initial: 1, by: 0.1 })
};

/** Controls that a teacher's link may hide or fix. */
export const CONTROLS = {
	gap: 'gap',
	n: 'straws n',
	scale: 'scale on or off',
	attnScale: 'attn_scale',
	floorScale: 'floor_scale',
	presets: 'toy or Llama 4',
	rule: 'add or multiply',
	head: 'attention head',
	all: 'scale in all layers',
	length: 'text length',
	growth: 'growth of the scale',
	times: 'scale of the few keys',
	tau: 'sampling temperature',
	run: 'run'
};

export type NopeValues = Values<typeof KEYS>;

/** The controls that are sliders: the value that each sets. */
export const SLIDERS = {
	gap: { key: 'gap', label: 'gap' },
	n: { key: 'n', label: 'straws n', isLog: true },
	attnScale: { key: 'attn', label: 'attn_scale' },
	floorScale: { key: 'floor', label: 'floor_scale', isLog: true },
	times: { key: 'times', label: 'scale s' },
	tau: { key: 'tau', label: 'sampling temperature' }
} as const;

/** The settings of the scale that the controls stand at. */
export const settingsOf = ({ attn, floor }: NopeValues): ScaleSettings => ({
	attnScale: attn,
	floorScale: floor
});

/** Needle and hay that the controls stand at, drawn one by one at most `most`. */
export const stackOf = ({ gap, n }: Pick<NopeValues, 'gap' | 'n'>, most = LONGEST): Haystack => ({
	gap,
	hay: Math.min(n, most)
});

/** The attention of each key that is drawn one by one: the needle's place has its weight, straws share the rest. */
export const weightsOf = (hay: number, needle: number, weight: number): Float64Array =>
	Float64Array.from({ length: Math.min(DRAWN, hay) + 1 }, (_, key) =>
		key === needle ? weight : (1 - weight) / hay
	);

/** Where the axis ends: at what can be drawn one by one, or at the longest context. */
export const axisEnd = ({ n }: Pick<NopeValues, 'n'>): number => (n <= DRAWN ? DRAWN : LONGEST);

/** The control that sets a value, where it has another name. */
export const CONTROL_OF = { attn: 'attnScale', floor: 'floorScale', on: 'scale' } as const;

/** The last position of the longest context. */
const LAST = LONGEST - 1;

/** What the picture of each moment begins with. */
export const OPENINGS: Openings<typeof KEYS> = {
	hay: [{ gap: START.gap, n: START.hay }],
	curves: [{ gap: START.gap, n: START.hay }],
	stairs: [
		{ n: START.hay, attn: START.attnScale, floor: START.floorScale },
		{ n: START.floorScale - 1 },
		{ n: LAST, attn: LLAMA4.attnScale, floor: LLAMA4.floorScale }
	],
	lift: [
		{
			...{ gap: START.gap, n: DRAWN, on: false },
			...{ attn: START.attnScale, floor: START.floorScale }
		}
	],
	rule: [{ rule: 'none' }, { rule: 'add' }],
	layers: [{ n: START.hay, all: false }, { n: LAST }, { all: true }],
	trained: [{ length: '512', growth: 'off' }, {}, {}, {}, { growth: 'half' }],
	limits: [{ times: 1, tau: 1 }, { times: 4 }, { times: 8 }, { times: 1, tau: 0.5 }]
};

/** The smallest hundredth of growth that gives the toy's needle half of the attention among all drawn straws. */
export function leastGrowth(): number {
	const { gap, floorScale } = START;
	for (let hundredths = 0; hundredths <= 200; hundredths++) {
		const settings = { attnScale: hundredths / 100, floorScale };
		if (needleWeight({ gap, hay: DRAWN }, settings) >= 0.5) return settings.attnScale;
	}
	return NaN;
}

/** Whether the step on layers has shown which of them have the scale: by its words, or where it begins. */
export const isScaleTold = (moment: number, { n, all }: NopeValues): boolean =>
	moment > 0 || all || n >= LLAMA4.floorScale;
