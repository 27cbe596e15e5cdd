import { attentionScale } from '$lib/math/attention';
import { rmsNorm } from '$lib/math/norm';
import { orderRipple } from '$lib/math/ripple';
import { inverseFrequencies, wavelength } from '$lib/math/rope';
import { pairScore, plainScore, turnedPairs } from '$lib/math/rotaryScore';
import { orderSensitivity } from '$lib/experiments/orderSensitivity';
import type { Lesson } from '../lesson.svelte';
import { Proving } from '../proving.svelte';
import { vectorOf, type LessonData } from './data';
import { ROWS, type KEYS } from './keys';
import { OwnRun } from './ownRun.svelte';
import { ToyRipple } from './toyRipple.svelte';

/** The trained toy that the lesson looks at. */
export const TOY = 'scout-toy';
/** Distances over which a score is drawn. */
const DISTANCES = 64;
/** Stacks whose ripple is shown, moment after moment; before them nothing, after them the toy. */
const RIPPLED = ['g', 'gg', 'cccg'] as const;

/** A score with the token that it is given to. */
export interface TokenScore {
	text: string;
	score: number;
	isMarked: boolean;
}

/** A ripple to be drawn: its rows are null while nobody has computed them. */
export interface Ripple {
	/** The stack, one letter per layer. */
	stack: string;
	rows: readonly (readonly number[])[] | null;
	places: readonly [number, number];
	isToy: boolean;
	/** Whether this page has computed it. */
	isLive: boolean;
}

/** What the pictures of the lesson are about, computed from the recorded queries and keys. */
export class Scene {
	readonly lesson: Lesson<typeof KEYS>;
	readonly data: LessonData;
	/** Angle per position of each pair, and positions until it has turned once. */
	readonly speeds: readonly number[];
	readonly turns: readonly number[];
	readonly toy: ToyRipple;
	/** The proof of the lesson, recorded and live. */
	readonly proving: Proving;
	/** The learner's own row of layers in training. */
	readonly own: OwnRun;
	/** The pair or token under the hand, and the one that is pinned. */
	hovered: number | null = $state(null);
	pinned: number | null = $state(null);
	/** The same of the output that the row in training is followed from. */
	passing: number | null = $state(null);
	output: number | null = $state(null);

	constructor(lesson: Lesson<typeof KEYS>, data: LessonData) {
		this.lesson = lesson;
		this.data = data;
		const { headWidth, rope } = data.config;
		this.speeds = Array.from(inverseFrequencies(headWidth, rope));
		this.turns = this.speeds.map(wavelength);
		this.toy = new ToyRipple(TOY, data.tokens);
		this.proving = new Proving(orderSensitivity, data.proof);
		this.own = new OwnRun(this.toy.engine);
	}

	/** What is in focus: under the hand, else pinned. */
	readonly lit = $derived.by(() => this.hovered ?? this.pinned);

	pin(what: number): void {
		this.pinned = this.pinned === what ? null : what;
	}

	/** Frees what is pinned. */
	free(): void {
		this.pinned = this.output = null;
	}

	/** The token that looks: the last. */
	get last(): number {
		return this.data.texts.length - 1;
	}

	/** The earliest token that the last one sees in a chunked layer. */
	get first(): number {
		return this.last - (this.last % this.data.config.chunk);
	}

	readonly shift = $derived.by(() => {
		const { current, moment, values } = this.lesson;
		return current.id === 'distance' && moment > 0 ? values.shift : 0;
	});
	/** Where the query and the key of the dials stand. */
	readonly positions = $derived.by((): [number, number] => {
		const { query, key } = this.lesson.values;
		return [query + this.shift, key + this.shift];
	});
	readonly pairs = $derived.by(() => this.#pairsAt(this.positions));
	readonly score = $derived.by(() => pairScore(this.pairs));
	/** The score as it was before both moved on. */
	readonly scoreBefore = $derived.by(() => {
		const { query, key } = this.lesson.values;
		return pairScore(this.#pairsAt([query, key]));
	});
	/** The score at every distance, and what the pair in focus alone adds to it. */
	readonly byDistance = $derived.by(() =>
		Array.from({ length: DISTANCES }, (_, distance) => pairScore(this.#pairsAt([distance, 0])))
	);
	readonly partByDistance = $derived.by(() => {
		const { lit } = this;
		if (lit === null || lit >= this.speeds.length) return null;
		const root = Math.sqrt(this.data.config.headWidth);
		return Array.from(
			{ length: DISTANCES },
			(_, distance) => (this.#pairsAt([distance, 0])[lit]?.product ?? 0) / root
		);
	});

	#pairsAt(positions: readonly [number, number]) {
		const { rope, config } = this.data;
		const query = vectorOf(rope, 'query', this.last, config);
		const key = vectorOf(rope, 'key', this.first + 1, config);
		return turnedPairs(query, key, positions, config.rope);
	}

	/** Scores of the last token in the RoPE layer, with its first two neighbours in swapped places or not. */
	ropeScores(isSwapped: boolean): TokenScore[] {
		const { rope, config } = this.data;
		const query = vectorOf(rope, 'query', this.last, config);
		return this.#order(isSwapped).map((token, i) => {
			const key = vectorOf(rope, 'key', token, config);
			const turned = turnedPairs(query, key, [this.last, this.first + i], config.rope);
			return this.#scored(token, this.#normed(pairScore(turned), query, key));
		});
	}

	/** The same in the NoPE layer, where the query has its scale and nothing is turned. */
	nopeScores(isSwapped: boolean): TokenScore[] {
		const { nope, config } = this.data;
		const query = vectorOf(nope, 'query', this.last, config);
		const scale = config.attentionScale ? attentionScale(this.last, config.attentionScale) : 1;
		return this.#order(isSwapped).map((token) =>
			this.#scored(token, scale * plainScore(query, vectorOf(nope, 'key', token, config)))
		);
	}

	/** Scores of the RoPE layer with queries of another size, without and with QK-norm. */
	sizedScores(size: number, hasNorm: boolean): TokenScore[] {
		return this.#order(false).map((token, i) => {
			const { query, key, score } = this.#sized(token, i, size);
			return this.#scored(token, hasNorm ? this.#normed(score, query, key) : score);
		});
	}

	/** Lengths of the query and of the key of a row, and the cosine between them after their turns. */
	lengthsAt(row: number, size: number): { query: number; key: number; cosine: number } {
		const { query, key, score } = this.#sized(this.first + row, row, size);
		const [q, k] = [Math.hypot(...query), Math.hypot(...key)];
		return { query: q, key: k, cosine: (score * Math.sqrt(query.length)) / (q * k) };
	}

	#sized(token: number, row: number, size: number) {
		const { rope, config } = this.data;
		const query = vectorOf(rope, 'query', this.last, config).map((x) => x * size);
		const key = vectorOf(rope, 'key', token, config);
		const turned = turnedPairs(query, key, [this.last, this.first + row], config.rope);
		return { query, key, score: pairScore(turned) };
	}

	/** A score after QK-norm: a norm without weights commutes with the turn. */
	#normed(score: number, query: readonly number[], key: readonly number[]): number {
		const factor = (x: readonly number[]) => {
			const at = x.findIndex((value) => value !== 0);
			return at < 0 ? 0 : (rmsNorm(x, this.data.config.normEps)[at] ?? 0) / (x[at] ?? 1);
		};
		return score * factor(query) * factor(key);
	}

	/** The tokens that the last one sees in its chunk, the first two in swapped places or not. */
	#order(isSwapped: boolean): number[] {
		const tokens = Array.from({ length: this.last - this.first + 1 }, (_, i) => this.first + i);
		const [a = 0, b = 0, ...rest] = tokens;
		return isSwapped ? [b, a, ...rest] : tokens;
	}

	#scored(token: number, score: number): TokenScore {
		return { text: this.data.texts[token] ?? '', score, isMarked: token - this.first < 2 };
	}

	/** The ripple of the present moment in the step on crowds. */
	readonly crowdRipple = $derived.by((): Ripple => {
		const { moment, values } = this.lesson;
		const places = [values.swap, values.swap + 1] as const;
		if (moment > RIPPLED.length) {
			const { found } = this.toy;
			const isLive = found?.swap === values.swap;
			const rows = isLive ? found.rows : (this.data.ripples[values.swap] ?? null);
			return { stack: 'cccg', rows, places, isToy: true, isLive };
		}
		const stack = RIPPLED[Math.max(0, moment - 1)] ?? 'g';
		const rows = moment === 0 ? null : this.ripple(stack, places);
		return { stack, rows, places, isToy: false, isLive: true };
	});

	/** The ripple of the row that the step of the proof looks at, over its task. */
	readonly proofRipple = $derived.by((): Ripple => {
		const { tokens, colours } = this.data.asked;
		const stack = ROWS[this.lesson.values.row];
		const rows = orderRipple(stack, this.data.config.chunk, tokens, colours);
		return { stack, rows, places: colours, isToy: false, isLive: true };
	});

	/** The ripple of a stack over the text of the lesson. */
	ripple(stack: string, places: readonly [number, number]): number[][] {
		return orderRipple(stack, this.data.config.chunk, this.data.tokens, places);
	}
}
