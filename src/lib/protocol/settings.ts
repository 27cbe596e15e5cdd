import { checkConfig } from './check';
import type { LayerConfig, ModelConfig, TrainConfig } from './config';
import { SETTINGS, type Setting } from './settingsTable';

export { SETTINGS, type Rebuild, type Setting } from './settingsTable';

export type SettingName = keyof typeof SETTINGS;

/** A value for every setting: all that a link says about a model and its training. */
export type Settings = Readonly<Record<SettingName, number>>;

export const SETTING_NAMES = Object.keys(SETTINGS) as readonly SettingName[];

/** The settings of a silent link: those of `scout-toy`. */
export const INITIAL_SETTINGS = Object.fromEntries(
	SETTING_NAMES.map((name) => [name, SETTINGS[name].initial])
) as Settings;

/** The nearest value that a setting allows, for any number; `initial` for NaN. */
export function nearestValue({ min, max, step, initial }: Setting, value: number): number {
	if (Number.isNaN(value)) return initial;
	const inside = Math.min(max, Math.max(min, value));
	if (step === 0) return inside;
	return Math.min(max, min + Math.round((inside - min) / step) * step);
}

/**
 * Reads settings from the parameters of a link. Never throws: a missing value is the default, a
 * broken or extreme one goes to the nearest valid value, and each time a note says so in a sentence.
 *
 * @param otherKeys parameters of the link that are no settings and need no note
 */
export function readSettings(
	params: URLSearchParams,
	otherKeys: Iterable<string> = []
): { settings: Settings; notes: string[] } {
	const notes: string[] = [];
	const entries = SETTING_NAMES.map((name) => [name, readSetting(name, params, notes)]);
	const known = new Set([...otherKeys, ...SETTING_NAMES.map((name) => SETTINGS[name].key)]);
	for (const key of new Set(params.keys())) {
		if (!known.has(key)) notes.push(`There is no setting “${shortened(key)}”.`);
	}
	return { settings: Object.fromEntries(entries) as Settings, notes };
}

function readSetting(name: SettingName, params: URLSearchParams, notes: string[]): number {
	const setting: Setting = SETTINGS[name];
	const [text, ...more] = params.getAll(setting.key);
	if (text === undefined) return setting.initial;
	const given = text.trim() === '' ? NaN : Number(text);
	const value = nearestValue(setting, given);
	if (value !== given) {
		notes.push(`${setting.label} cannot be “${shortened(text)}”; ${value} is used.`);
	}
	if (more.length > 0) notes.push(`${setting.label} is given more than once; the first counts.`);
	return value;
}

/** A piece of a link that is safe to show: at most 24 characters. */
function shortened(text: string): string {
	const letters = [...text];
	return letters.length > 24 ? `${letters.slice(0, 23).join('')}…` : text;
}

/** Writes only what differs from the defaults, so that a link says what it changes. */
export function writeSettings(settings: Settings): URLSearchParams {
	const params = new URLSearchParams();
	for (const name of SETTING_NAMES) {
		const { key, initial } = SETTINGS[name];
		if (settings[name] !== initial) params.set(key, String(settings[name]));
	}
	return params;
}

/** Values of the setting `pattern`, in the order of its choices. */
const PATTERNS = ['llama4', 'sliding', 'chunked', 'global', 'nopeFirst'] as const;

/**
 * The layers that the settings describe. With pattern 0 as in Llama 4: layer i (from 0) is a NoPE
 * layer where `(i + 1) % nopeEvery` is 0, and has experts where `(i + 1) % moeEvery` is 0.
 *
 * Source: `TransformerBlock.__init__`, meta-llama/llama-models, models/llama4/model.py.
 */
function layersOf({ layers, nopeEvery, moeEvery, pattern }: Settings): LayerConfig[] {
	const rule = PATTERNS[pattern] ?? 'llama4';
	return Array.from({ length: layers }, (_, layer) => {
		const isNope = (rule === 'nopeFirst' ? layer : layer + 1) % nopeEvery === 0;
		const near = rule === 'sliding' ? 'sliding' : 'chunked';
		return {
			positions: isNope ? 'nope' : 'rope',
			scope: rule === 'global' || (isNope && rule !== 'chunked') ? 'global' : near,
			feedForward: (layer + 1) % moeEvery === 0 ? 'moe' : 'dense'
		};
	});
}

/** Epsilon of every RMS norm and the length at which rotary scaling starts, both as in Llama 4. */
const NORM_EPS = 1e-5;
const ORIGINAL_LENGTH = 8192;

/** The model that the settings describe, for a vocabulary of so many tokens. */
export function modelConfig(settings: Settings, vocabulary: number): ModelConfig {
	const { width, heads, kvHeads, headWidth, feedForward, denseFeedForward } = settings;
	const { experts, topK, chunk, floorScale, attnScale, theta, ropeFactor } = settings;
	return {
		vocabulary,
		...{ width, heads, kvHeads, headWidth, feedForward, denseFeedForward, experts, topK, chunk },
		layers: layersOf(settings),
		qkNorm: settings.qkNorm === 1,
		attentionScale: { floorScale, attnScale },
		rope: {
			theta,
			scaling:
				ropeFactor === 1
					? null
					: { factor: ropeFactor, lowFactor: 1, highFactor: 1, originalLength: ORIGINAL_LENGTH }
		},
		normEps: NORM_EPS,
		tiedEmbeddings: settings.tied === 1,
		maxLength: settings.length,
		variants: {
			gate: settings.gate === 1 ? 'output' : 'input',
			router: settings.router === 1 ? 'softmax' : 'sigmoid',
			scale: settings.scale === 1 ? 'add' : 'multiply'
		}
	};
}

/**
 * The settings nearest to a model, for a page that opened it from a file. Exact wherever settings can
 * describe the model at all; numbers out of their range go to the nearest valid one.
 *
 * @param others where training numbers and the seed come from, and the dense part of a model without one
 */
export function nearestSettings(
	config: ModelConfig,
	others: Settings = INITIAL_SETTINGS
): Settings {
	const { width, heads, kvHeads, headWidth, feedForward, denseFeedForward } = config;
	const { experts, topK, chunk, layers, rope, variants } = config;
	const found: Settings = {
		...others,
		...{ width, heads, kvHeads, headWidth, feedForward, denseFeedForward, experts, topK, chunk },
		...nearestPattern(layers, others),
		qkNorm: Number(config.qkNorm),
		theta: rope.theta,
		ropeFactor: rope.scaling?.factor ?? 1,
		floorScale: config.attentionScale?.floorScale ?? others.floorScale,
		attnScale: config.attentionScale?.attnScale ?? 0,
		gate: Number(variants.gate === 'output'),
		router: Number(variants.router === 'softmax'),
		scale: Number(variants.scale === 'add'),
		tied: Number(config.tiedEmbeddings),
		length: config.maxLength
	};
	return Object.fromEntries(
		SETTING_NAMES.map((name) => [name, nearestValue(SETTINGS[name], found[name])])
	) as Settings;
}

/** The pattern and intervals whose layers agree with most of the given ones. */
function nearestPattern(layers: readonly LayerConfig[], others: Settings) {
	const { min, max } = SETTINGS.nopeEvery;
	const intervals = Array.from({ length: max - min + 1 }, (_, i) => min + i);
	const candidates = PATTERNS.flatMap((_, pattern) =>
		intervals.map((nopeEvery) => ({ layers: layers.length, pattern, nopeEvery }))
	);
	const positions = bestOf(candidates, (candidate) =>
		agreement(layers, layersOf({ ...others, ...candidate }), ['positions', 'scope'])
	);
	const moe = bestOf(
		intervals.map((moeEvery) => ({ layers: layers.length, moeEvery })),
		(candidate) => agreement(layers, layersOf({ ...others, ...candidate }), ['feedForward'])
	);
	return { ...positions, ...moe };
}

/** How many rules of the layers are the same in both. */
function agreement(
	given: readonly LayerConfig[],
	made: readonly LayerConfig[],
	rules: readonly (keyof LayerConfig)[]
): number {
	return given.reduce(
		(sum, layer, i) => sum + rules.filter((rule) => layer[rule] === made[i]?.[rule]).length,
		0
	);
}

/** The first candidate with the highest score. */
function bestOf<T>(candidates: readonly T[], score: (candidate: T) => number): T | undefined {
	const scores = candidates.map(score);
	return candidates[scores.indexOf(Math.max(...scores))];
}

const SCHEDULES = ['constant', 'warmup', 'cosine'] as const;

/** The training that the settings describe. */
export function trainConfig(settings: Settings): TrainConfig {
	const { batch, length, learningRate, warmupSteps, totalSteps } = settings;
	const { weightDecay, clipNorm, balanceWeight, zWeight } = settings;
	return {
		...{ batch, length, learningRate, warmupSteps, totalSteps },
		...{ weightDecay, clipNorm, balanceWeight, zWeight },
		schedule: SCHEDULES[settings.schedule] ?? 'constant',
		freezeRouter: settings.freezeRouter === 1
	};
}

/** One sentence on why these settings do not fit together, or null if they do. */
export function checkSettings(settings: Settings): string | null {
	return checkConfig(modelConfig(settings, 1));
}
