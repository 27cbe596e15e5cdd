import type { RunHeader } from '$lib/protocol/checkpoint';
import {
	INITIAL_SETTINGS,
	readSettings,
	SETTING_NAMES,
	SETTINGS,
	type Settings
} from '$lib/protocol/settings';

/** Models that a link can name: the trained toys, or a fresh one from the settings of the link. */
export const MODELS = ['scout-toy', 'maverick-toy', 'fresh'] as const;
export type ModelName = (typeof MODELS)[number];

/** Everything a link says about the page. */
export interface Link {
	model: ModelName;
	/** The settings that the link names: what differs from the model's own. */
	changed: Partial<Settings>;
	/** Id of a task, or null for the model's own. */
	task: string | null;
	/** The text in the prompt box, or null for the recorded one. */
	prompt: string | null;
	/** Chunk length of this picture alone, or null for the model's. */
	lookChunk: number | null;
	/** From 0. */
	layer: number;
	head: number;
	moment: number;
	/** Backend asked for, or null. */
	backend: string | null;
}

/** Keys of a link that are no settings. */
const OWN_KEYS = ['model', 'task', 'prompt', 'look', 'layer', 'head', 'step', 'backend'] as const;

/** Characters of a prompt that a link may carry. */
const LONGEST_PROMPT = 2000;

/**
 * Reads a link. Never throws: what is broken or extreme goes to the nearest valid value and a note
 * says so in a sentence.
 *
 * @param bounds how many layers, heads and moments there are to choose from at most
 */
export function readLink(
	params: URLSearchParams,
	bounds: { layers: number; heads: number; moments: number }
): { link: Link; notes: string[] } {
	const { settings, notes } = readSettings(params, OWN_KEYS);
	const asked = params.get('model');
	const model = MODELS.find((name) => name === asked);
	const named = SETTING_NAMES.filter((name) => params.has(SETTINGS[name].key));
	if (asked !== null && !model) {
		notes.push(`There is no model “${shortened(asked)}”; ${MODELS[0]} is shown.`);
	}
	const whole = (key: string, name: string, most: number, initial: number) =>
		readWhole(params, { key, name, most, initial }, notes);
	return {
		link: {
			model: model ?? 'scout-toy',
			changed: Object.fromEntries(named.map((name) => [name, settings[name]])),
			task: params.get('task'),
			prompt: params.get('prompt')?.slice(0, LONGEST_PROMPT) ?? null,
			lookChunk: params.has('look') ? whole('look', 'The chunk of the picture', 512, 3) : null,
			layer: whole('layer', 'The layer', bounds.layers, 1) - 1,
			head: whole('head', 'The head', bounds.heads, 1) - 1,
			moment: whole('step', 'The step', bounds.moments, bounds.moments) - 1,
			backend: params.get('backend')
		},
		notes
	};
}

interface Whole {
	key: string;
	name: string;
	most: number;
	initial: number;
}

function readWhole(
	params: URLSearchParams,
	{ key, name, most, initial }: Whole,
	notes: string[]
): number {
	const text = params.get(key);
	if (text === null) return initial;
	const given = text.trim() === '' ? NaN : Number(text);
	const value = Number.isNaN(given) ? initial : Math.min(most, Math.max(1, Math.round(given)));
	if (value !== given) notes.push(`${name} cannot be “${shortened(text)}”; ${value} is used.`);
	return value;
}

/** A piece of a link that is safe to show: at most 24 characters. */
function shortened(text: string): string {
	const letters = [...text];
	return letters.length > 24 ? `${letters.slice(0, 23).join('')}…` : text;
}

/** Writes only what differs from the start, so that a link says what it changes. */
export function writeLink(link: Link, moments: number): URLSearchParams {
	const params = new URLSearchParams();
	if (link.model !== 'scout-toy') params.set('model', link.model);
	for (const name of SETTING_NAMES) {
		const value = link.changed[name];
		if (value !== undefined) params.set(SETTINGS[name].key, String(value));
	}
	if (link.task !== null) params.set('task', link.task);
	if (link.prompt !== null) params.set('prompt', link.prompt.slice(0, LONGEST_PROMPT));
	if (link.lookChunk !== null) params.set('look', String(link.lookChunk));
	if (link.layer !== 0) params.set('layer', String(link.layer + 1));
	if (link.head !== 0) params.set('head', String(link.head + 1));
	if (link.moment !== moments - 1) params.set('step', String(link.moment + 1));
	if (link.backend !== null) params.set('backend', link.backend);
	return params;
}

/** The settings in which `now` differs from `base`. */
export function changedFrom(base: Settings, now: Settings): Partial<Settings> {
	const names = SETTING_NAMES.filter((name) => now[name] !== base[name]);
	return Object.fromEntries(names.map((name) => [name, now[name]]));
}

/**
 * Whether a stored run may be what a link means: the link names no model, no setting and no task, or
 * those of the run. Then a reload goes on where the visitor was; another link opens another model.
 */
export function isOfLink(
	{ name, settings, source }: Pick<RunHeader, 'name' | 'settings' | 'source'>,
	{ model, changed, task }: Pick<Link, 'model' | 'changed' | 'task'>
): boolean {
	const named = SETTING_NAMES.filter((setting) => changed[setting] !== undefined);
	if (model === 'scout-toy' && named.length === 0 && task === null) return true;
	const isToy = MODELS.some((toy) => toy === name);
	if (model !== (isToy ? name : 'fresh')) return false;
	if (task !== null && task !== source.task) return false;
	if (model === 'maverick-toy') return named.every((key) => changed[key] === settings[key]);
	return SETTING_NAMES.every((key) => (changed[key] ?? INITIAL_SETTINGS[key]) === settings[key]);
}
