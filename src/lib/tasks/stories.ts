import type { Grammar } from './grammar';

/*
 * Stories as rows of items, one per token. The text of a story is fixed but for its slots; grammar.ts
 * says how they are written.
 */

/** Index of the kept word in its list, by list. */
export type Bindings = Readonly<Record<string, number>>;

/** One token of a story: drawn from `options`, or settled by the words kept so far. */
export interface Item {
	/** Token ids to draw from with equal chance; a single one is certain. */
	options: readonly number[];
	/** The list whose word this is and which keeps it, or null. */
	keep: string | null;
	/** The list whose kept word this never is, or null. */
	avoid: string | null;
	/** The token that follows from the kept words, or null. */
	derive: ((bindings: Bindings) => number) | null;
	/** Lists whose kept words this item needs. */
	needs: readonly string[];
}

/** Tokens get their ids as they are met. */
export class Vocabulary {
	readonly ids = new Map<string, number>();
	/** Ids of the tokens that continue a word. */
	readonly continuations = new Set<number>();

	/** The id of a token, a new one if need be. */
	id(text: string): number {
		const known = this.ids.get(text);
		if (known !== undefined) return known;
		this.ids.set(text, this.ids.size);
		return this.ids.size - 1;
	}
}

/** A fixed token. */
const FIXED = { keep: null, avoid: null, derive: null, needs: [] } as const;

/**
 * Cuts a story into items.
 *
 * @throws RangeError for a slot whose list or rule is missing
 */
export function parseStory(text: string, grammar: Grammar, vocabulary: Vocabulary): Item[] {
	const items: Item[] = [];
	const signs = grammar.signs.map((sign) => sign.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&'));
	const pieces = new RegExp([...signs, ' ?\\{[^}]*\\}', '\\|', ' ?\\w+', '[^]'].join('|'), 'g');
	let insideWord = false;
	for (const piece of text.match(pieces) ?? []) {
		if (piece === '|') {
			insideWord = true;
			continue;
		}
		if (piece.endsWith('}')) {
			const space = piece.startsWith(' ') ? ' ' : '';
			items.push(parseSlot(piece.slice(space.length + 1, -1), space, grammar, vocabulary));
		} else {
			const token = vocabulary.id(piece);
			if (insideWord) vocabulary.continuations.add(token);
			items.push({ ...FIXED, options: [token] });
		}
		insideWord = false;
	}
	return items;
}

/** The item of a slot; its tokens take on the space before it. */
function parseSlot(slot: string, space: string, grammar: Grammar, vocabulary: Vocabulary): Item {
	if (slot.includes('|')) {
		return { ...FIXED, options: slot.split('|').map((word) => vocabulary.id(space + word)) };
	}
	if (slot.includes(' of ')) return parseRule(slot, space, grammar, vocabulary);
	const isOther = slot.startsWith('other ');
	const list = isOther ? slot.slice('other '.length) : slot;
	const options = wordsOf(list, grammar).map((word) => vocabulary.id(space + word));
	return { ...FIXED, options, needs: [list], ...(isOther ? { avoid: list } : { keep: list }) };
}

/** The item of a word that follows from others: `{gear of sky}`, `{sum of a b}`. */
function parseRule(slot: string, space: string, grammar: Grammar, vocabulary: Vocabulary): Item {
	const [name = '', arguments_ = ''] = slot.split(' of ');
	const rule = grammar.rules[name];
	if (!rule) throw new RangeError(`there is no rule for {${slot}}`);
	const needs = arguments_.split(' ');
	const lists = needs.map((list) => wordsOf(list, grammar));
	// Every result gets its token now, so that the vocabulary is complete.
	const options = combinations(lists).map((words) => vocabulary.id(space + rule(...words)));
	const derive = (bindings: Bindings) =>
		vocabulary.id(space + rule(...needs.map((list, i) => lists[i]![bindings[list]!]!)));
	return { ...FIXED, options, derive, needs };
}

function wordsOf(list: string, { lists }: Grammar): readonly string[] {
	const words = lists[list];
	if (!words) throw new RangeError(`there is no word list {${list}}`);
	return words;
}

/** Every way to take one word of each list. */
function combinations(lists: readonly (readonly string[])[]): string[][] {
	return lists.reduce<string[][]>(
		(found, words) => found.flatMap((row) => words.map((word) => [...row, word])),
		[[]]
	);
}
