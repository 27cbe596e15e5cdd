import { attentionMask, type AttentionScope, type Mask } from '$lib/math/attention';
import { stackMasks, stackScopes } from '$lib/math/stack';
import type { Cell } from '$lib/views/cell';
import { choiceKey, flagKey, numberKey, shortened, textKey, type Key, type Range } from '../keys';
import type { Lesson } from '../lesson.svelte';
import type { Openings } from '../link';
import { Proving } from '../proving.svelte';
import { readMask, writeMask } from './maskText';
import { LONG, SIX } from './numbers';
import type { LessonData } from './data';
import { ALL_STACKS, TWO_STACKS } from './proofs';

/** Contexts for which the bills are told, in tokens. */
const CONTEXTS = ['64', '1024', '8192', '32768', '131072', '1048576', '10485760'] as const;

/** A number that the step chooses as long as the link and the learner do not. */
function stepsOwn(name: string, min: number, max: number): Key<number | null> & Range {
	const key = numberKey(name, { min, max, initial: NaN });
	return {
		...key,
		initial: null,
		read: (text) => {
			const { value, note } = key.read(text);
			if (!Number.isNaN(value)) return { value, note };
			return {
				value: null,
				note: `${name} cannot be “${shortened(text)}”; the step’s own is used.`
			};
		},
		write: (value) => (value === null ? '' : String(value))
	};
}

/** What a link of this lesson keeps. */
export const KEYS = {
	chunk: stepsOwn('The chunk', 1, LONG.size),
	query: stepsOwn('The output', 0, LONG.size - 1),
	stack: textKey('The stack of layers', /^[csg]{1,12}$/, ''),
	model: choiceKey('The model', ['toy', 'scout'], 'scout'),
	context: { ...choiceKey('The context', CONTEXTS, '32768'), options: CONTEXTS },
	mask: textKey('The mask', /^[\w-]{23}$/, ''),
	on: textKey('The layers of the mask', /^[1-4]{1,4}$/, '4'),
	all: flagKey('All five stacks', false),
	own: textKey('Your own stack', /^[csg]{1,8}$/, 'cccc'),
	walls: numberKey('Your own chunk', { min: 1, max: LONG.size, initial: LONG.chunk }),
	tokens: numberKey('Your own row', { min: 8, max: LONG.size, initial: LONG.size }),
	from: numberKey('Your own output', { min: 0, max: LONG.size - 1, initial: LONG.size - 1 })
};

/** The step on costs ends at the longest context. */
export const OPENINGS: Openings<typeof KEYS> = {
	cost: [{ context: '32768' }, { context: '10485760' }]
};

export const CONTROLS = {
	chunk: 'Walls',
	stack: 'Layer chips',
	kind: 'Kind of mask',
	model: 'Toy or Scout',
	context: 'Context',
	mask: 'Drawn mask',
	all: 'Stacks that are trained',
	own: 'Your own stack',
	run: 'Run'
};

/** Where a step begins. */
interface Start {
	size: number;
	chunk: number;
	stack: string;
	query: number;
	/** Kinds that a click on a chip goes through. */
	turns: string;
}

const SIX_START = { size: 6, chunk: SIX.chunk, stack: 'cccg', query: SIX.query, turns: 'cg' };
const TOY_START = { size: 32, chunk: 8, stack: 'cccg', query: 31, turns: 'cg' };
const STARTS: Record<string, Start> = {
	stack: { size: LONG.size, chunk: LONG.chunk, stack: 'cccc', query: LONG.size - 1, turns: 'cs' },
	open: TOY_START,
	needle: { ...TOY_START, stack: 'cccc', query: 30 },
	cost: { ...TOY_START, size: LONG.size },
	draw: { size: 16, chunk: 8, stack: 'cccg', query: 15, turns: 'cg' }
};
/** Rules of the second step, by moment. */
const RULES = ['c', 's', 'g'] as const;

/** What every figure of the lesson draws: tokens, walls, layers, and what the hand is on. */
export class Scene {
	readonly lesson: Lesson<typeof KEYS>;
	readonly data: LessonData;
	/** What the hand is on: row and column of the figure under it. */
	cursor: Cell | null = $state.raw(null);
	/** An output that the hand only passes over. */
	passing: number | null = $state(null);

	/** The needle learned by two stacks, and by all five; kept here, they outlive the step. */
	readonly #two: Proving;
	readonly #all: Proving;

	constructor(lesson: Lesson<typeof KEYS>, data: LessonData) {
		this.lesson = lesson;
		this.data = data;
		this.#two = new Proving(TWO_STACKS, data.proof);
		this.#all = new Proving(ALL_STACKS, data.proof);
	}

	/** The proof with the stacks that the learner asks for. */
	get proving(): Proving {
		return this.lesson.values.all ? this.#all : this.#two;
	}

	readonly id = $derived.by(() => this.lesson.current.id);
	readonly start = $derived.by(() => STARTS[this.id] ?? SIX_START);
	readonly size = $derived.by(() => this.start.size);
	/** A chunk longer than the row is the row. */
	readonly chunk = $derived.by(() =>
		Math.min(this.size, this.lesson.values.chunk ?? this.start.chunk)
	);
	readonly query = $derived.by(() =>
		Math.min(this.size - 1, this.passing ?? this.lesson.values.query ?? this.start.query)
	);
	readonly texts = $derived.by(() => this.data.rows[this.id] ?? this.data.rows.wall ?? []);
	/** The layers that the step has as long as nobody changes them; the last moment on the open layer has walls in all. */
	readonly own = $derived.by(() =>
		this.id === 'open' && this.lesson.moment > 0 ? 'cccc' : this.start.stack
	);
	/** One letter per layer; see `math/stack`. */
	readonly stack = $derived.by(() => {
		const { values, moment, moments } = this.lesson;
		if (this.id === 'wall') return 'c';
		if (this.id === 'kinds') return RULES[moment] ?? 'c';
		const isMany = this.id === 'stack' && moment === moments - 1;
		if (isMany) return 'c'.repeat(LONG.many);
		return values.stack === '' ? this.own : values.stack;
	});
	readonly scopes: readonly AttentionScope[] = $derived.by(() =>
		stackScopes(this.stack, this.chunk)
	);
	readonly masks: readonly Mask[] = $derived.by(() =>
		stackMasks(this.stack, this.chunk, this.size)
	);
	readonly drawn: Mask = $derived.by(
		() =>
			readMask(this.lesson.values.mask, this.data.pass.tokens.length) ??
			attentionMask(this.data.pass.tokens.length, { kind: 'global' })
	);

	setChunk(chunk: number): void {
		this.lesson.values.chunk = chunk === this.start.chunk ? null : chunk;
	}

	setQuery(query: number): void {
		this.lesson.values.query = query === this.start.query ? null : query;
	}

	setStack(stack: string): void {
		this.lesson.values.stack = stack === this.own ? '' : stack;
	}

	/** Opens or hides one pair of the drawn mask; what lies in the future stays hidden. */
	draw({ row, column }: Cell, isOpen: boolean): void {
		if (column > row) return;
		const { queries, keys, allowed } = this.drawn;
		const next = Uint8Array.from(allowed);
		next[row * keys + column] = Number(isOpen);
		this.lesson.values.mask = writeMask({ queries, keys, allowed: next });
	}

	/** Whether the drawn mask lets a query see a key. */
	isOpen({ row, column }: Cell): boolean {
		return this.drawn.allowed[row * this.drawn.keys + column] === 1;
	}

	/** Frees what the hand is on; the step is as it began. */
	free(): void {
		this.cursor = null;
		this.passing = null;
		this.lesson.values.query = null;
	}

	/** Another step begins as it was meant. */
	renew(): void {
		this.free();
		Object.assign(this.lesson.values, { chunk: null, stack: '' });
	}
}
