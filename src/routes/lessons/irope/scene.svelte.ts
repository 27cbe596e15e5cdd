import { rmsNorm } from '$lib/math/norm';
import { inverseFrequencies, wavelength } from '$lib/math/rope';
import { pairScore, plainScore, turnedPairs } from '$lib/math/rotaryScore';
import { attentionScale } from '$lib/math/attention';
import { numberKey, textKey } from '../keys';
import type { Lesson } from '../lesson.svelte';
import { vectorOf, type LessonData } from './data';

export const KEYS = {
	query: numberKey('The position of the query', { min: 0, max: 63, initial: 9 }),
	key: numberKey('The position of the key', { min: 0, max: 63, initial: 4 }),
	size: numberKey('The size of the queries', { min: 1, max: 20, initial: 1 }),
	layers: textKey('The row of layers', /^[cg]{1,8}$/, 'cccc')
};

export const CONTROLS = {
	positions: 'Positions',
	size: 'Size of the queries',
	layers: 'Layers'
} as const;

/** Positions that both move on in the second picture of the distance. */
const SHIFT = 5;

/** A score with the token that it is given to. */
export interface TokenScore {
	text: string;
	score: number;
	isMarked: boolean;
}

/** What the pictures of the lesson are about, computed from the recorded queries and keys. */
export class Scene {
	readonly lesson: Lesson<typeof KEYS>;
	readonly data: LessonData;
	/** Positions until each pair has turned once. */
	readonly turns: readonly number[];

	constructor(lesson: Lesson<typeof KEYS>, data: LessonData) {
		this.lesson = lesson;
		this.data = data;
		const { headWidth, rope } = data.config;
		this.turns = Array.from(inverseFrequencies(headWidth, rope), wavelength);
	}

	/** The token that looks: the last. */
	get last(): number {
		return this.data.texts.length - 1;
	}

	/** The earliest token that the last one sees in a chunked layer. */
	get first(): number {
		return this.last - (this.last % this.data.config.chunk);
	}

	readonly shift = $derived.by(() =>
		this.lesson.current.id === 'distance' && this.lesson.moment > 0 ? SHIFT : 0
	);
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
		const { rope, config } = this.data;
		const query = vectorOf(rope, 'query', this.last, config).map((x) => x * size);
		return this.#order(false).map((token, i) => {
			const key = vectorOf(rope, 'key', token, config);
			const score = pairScore(turnedPairs(query, key, [this.last, this.first + i], config.rope));
			return this.#scored(token, hasNorm ? this.#normed(score, query, key) : score);
		});
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
}
