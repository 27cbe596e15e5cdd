import { numberKey, shortened, type Keys, type Values } from './keys';
import { momentsOf, type StepWords } from './words';

/** Everything that the link of a lesson says. Steps and moments count from 0 here, from 1 in the link. */
export interface LessonLink {
	step: number;
	moment: number;
	/** Whether the page is shown to a class. */
	isPresented: boolean;
	/** Controls that an exercise takes away. */
	hidden: readonly string[];
	/** Controls that an exercise fixes. */
	locked: readonly string[];
	/** Backend asked for, or null. */
	backend: string | null;
	/** The lesson's own values. */
	values: Readonly<Record<string, unknown>>;
}

/** What a link of a lesson can name. */
export interface LessonShape {
	steps: readonly StepWords[];
	/** Names of the controls. */
	controls: readonly string[];
	keys: Keys;
	openings?: Readonly<Record<string, readonly object[]>>;
}

/**
 * The values that the picture of a step is meant to stand at, by the id of the step: an entry per moment,
 * which adds to those before it. What no entry names stands at its initial value.
 */
export type Openings<K> = Readonly<Record<string, readonly Partial<Values<K>>[]>>;

const OWN_KEYS = ['step', 'moment', 'present', 'hide', 'lock', 'backend'];

type Read = { link: LessonLink; notes: string[] };

/**
 * Reads the link of a lesson. Never throws: what is broken or extreme goes to the nearest valid value,
 * and a note says so in a sentence.
 */
export function readLessonLink(params: URLSearchParams, shape: LessonShape): Read {
	const notes: string[] = [];
	const count = (key: string, name: string, max: number) => {
		const text = params.get(key);
		if (text === null) return 0;
		const { value, note } = numberKey(name, { min: 1, max, initial: 1 }).read(text);
		if (note) notes.push(note);
		return value - 1;
	};
	const step = count('step', 'The step', shape.steps.length);
	const words = shape.steps[step];
	const moment = count('moment', 'The moment', words ? momentsOf(words) : 1);
	const names = (key: string) => readNames(params.get(key), shape.controls, notes);
	const link = {
		...{ step, moment },
		isPresented: params.get('present') === '1',
		hidden: names('hide'),
		locked: names('lock'),
		backend: params.get('backend'),
		values: readValues(params, shape, openingAt(shape, step, moment), notes)
	};
	notes.push(...unknownKeys(params, shape));
	return { link, notes };
}

function readNames(text: string | null, known: readonly string[], notes: string[]): string[] {
	const asked = [...new Set((text ?? '').split(',').map((name) => name.trim()))].filter(Boolean);
	const unknown = asked.filter((name) => !known.includes(name));
	if (unknown.length > 0) {
		const listed = unknown.slice(0, 3).map((name) => `“${shortened(name)}”`);
		notes.push(`This lesson has no control ${listed.join(', ')}; the rest of the link holds.`);
	}
	return asked.filter((name) => known.includes(name));
}

/** What a step sets itself up to a moment of it. */
export function namedAt(
	{ steps, openings = {} }: LessonShape,
	step: number,
	moment: number
): Record<string, unknown> {
	const told = openings[steps[step]?.id ?? ''] ?? [];
	return Object.assign({}, ...told.slice(0, moment + 1)) as Record<string, unknown>;
}

/** The value that each key has at a moment of a step while nobody changes it. */
export function openingAt(
	shape: LessonShape,
	step: number,
	moment: number
): Record<string, unknown> {
	const initial = Object.entries(shape.keys).map(([name, key]) => [name, key.initial] as const);
	return { ...Object.fromEntries(initial), ...namedAt(shape, step, moment) };
}

function readValues(
	params: URLSearchParams,
	{ keys }: LessonShape,
	opening: Readonly<Record<string, unknown>>,
	notes: string[]
): Record<string, unknown> {
	const values: Record<string, unknown> = {};
	for (const [name, key] of Object.entries(keys)) {
		const text = params.get(name);
		const { value, note } = text === null ? { value: opening[name], note: null } : key.read(text);
		values[name] = value;
		if (note !== null) notes.push(note);
	}
	return values;
}

function unknownKeys(params: URLSearchParams, { keys }: LessonShape): string[] {
	const unknown = [...new Set(params.keys())].filter(
		(name) => !OWN_KEYS.includes(name) && !Object.hasOwn(keys, name)
	);
	if (unknown.length === 0) return [];
	const listed = unknown.slice(0, 3).map((name) => `“${shortened(name)}”`);
	return [`The link names ${listed.join(', ')}, which this lesson does not know.`];
}

/** Writes only what differs from how the moment begins, so that a link says what it changes. */
export function writeLessonLink(link: LessonLink, shape: LessonShape): URLSearchParams {
	const params = new URLSearchParams();
	const opening = openingAt(shape, link.step, link.moment);
	if (link.step > 0) params.set('step', String(link.step + 1));
	if (link.moment > 0) params.set('moment', String(link.moment + 1));
	for (const [name, key] of Object.entries(shape.keys)) {
		const text = key.write(link.values[name] as never);
		if (text !== key.write(opening[name] as never)) params.set(name, text);
	}
	if (link.hidden.length > 0) params.set('hide', link.hidden.join(','));
	if (link.locked.length > 0) params.set('lock', link.locked.join(','));
	if (link.isPresented) params.set('present', '1');
	if (link.backend !== null) params.set('backend', link.backend);
	return params;
}
