import type { Generator, Move, Start } from './generator';

/*
 * Stories with holes, as a generator. A story is a text with slots:
 *
 *     Take a {thing} to {place}.        a word drawn from the list `thing`; said again, it is the same word
 *     {other thing}                     a word of the same list, never the kept one; not kept itself
 *     {red|green}                       a word drawn anew each time
 *     {gear of sky}                     a word that follows from others by the rule `gear`
 *     ch|unked                          a token border inside a word
 *
 * A slot of a word list is drawn at its first mention and repeated from then on, until the story
 * ends; the domain's topics last for the whole sequence. So the hidden state is the place in the
 * story and the words that are still needed.
 */

export interface Domain {
	name: string;
	/** How often a sequence is of this domain, in relation to the others. */
	weight: number;
	/** Word lists that keep their word from story to story. */
	topics: readonly string[];
	/** Stories, drawn with equal chance one after another. */
	stories: readonly string[];
}

export interface Grammar {
	/** Words of each slot, without their leading space. */
	lists: Readonly<Record<string, readonly string[]>>;
	/** Words that follow from others; the arguments are the words of the named slots. */
	rules: Readonly<Record<string, (...words: string[]) => string>>;
	/** Texts of tokens that are no plain word, longest first: operators that carry both spaces. */
	signs: readonly string[];
	domains: readonly Domain[];
	/** Ends every story; half of the sequences also open with it. */
	storyEnd: string;
	/** Tokens that get the first ids, in this order. */
	first: readonly string[];
}

/** A grammar ready to use: tokens by id, and the machine that emits them. */
export interface Compiled {
	vocabulary: readonly string[];
	/** Ids of the tokens that continue a word. */
	continuations: ReadonlySet<number>;
	generator: Generator;
}

/** One token of a story: drawn from `options`, kept under a name, or computed from kept words. */
interface Item {
	/** Token ids to draw from with equal chance, one for a fixed token. */
	options: readonly number[];
	/** The list whose word this is, or null. */
	keep: string | null;
	/** Computes the option from the kept ones (indexes into their lists), or null. */
	derive: ((bindings: Bindings) => number) | null;
	/** The list whose kept word this is never, or null. */
	avoid: string | null;
	/** Lists whose kept words this item needs. */
	needs: readonly string[];
}

/** An item without conditions. */
const FREE = { keep: null, avoid: null, derive: null, needs: [] } as const;

/** Index of the kept word in its list, by list. */
type Bindings = Readonly<Record<string, number>>;

interface Story {
	items: readonly Item[];
	topics: readonly string[];
	/** Stories that may follow: those of the same domain. */
	domain: number;
}

/** A place in a story; `story` null stands between two stories of a domain. */
interface State {
	domain: number;
	story: number | null;
	index: number;
	bindings: Bindings;
	/** Whether the sequence opens with the line break. */
	opening: boolean;
}

/**
 * Compiles a grammar. Token ids are given in the order of first appearance, after `first`.
 *
 * @throws RangeError for a slot whose list or rule is missing
 */
export function compileGrammar(grammar: Grammar): Compiled {
	const ids = new Map<string, number>();
	const continuations = new Set<number>();
	const id = (text: string): number => {
		const known = ids.get(text);
		if (known !== undefined) return known;
		ids.set(text, ids.size);
		return ids.size - 1;
	};
	for (const text of grammar.first) id(text);

	const stories: Story[] = [];
	grammar.domains.forEach((domain, index) => {
		for (const text of domain.stories) {
			const items = parseStory(text + grammar.storyEnd, grammar, id, continuations);
			stories.push({ items, topics: domain.topics, domain: index });
		}
	});
	const generator = storyGenerator(grammar, stories, id(grammar.storyEnd), ids.size);
	return { vocabulary: [...ids.keys()], continuations, generator };
}

/** Cuts a story into items. */
function parseStory(
	text: string,
	grammar: Grammar,
	id: (text: string) => number,
	continuations: Set<number>
): Item[] {
	const items: Item[] = [];
	const escaped = grammar.signs.map((sign) => sign.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&'));
	const pieces = new RegExp([...escaped, ' ?\\{[^}]*\\}', '\\|', ' ?\\w+', '[^]'].join('|'), 'g');
	let inside = false;
	for (const piece of text.match(pieces) ?? []) {
		if (piece === '|') {
			inside = true;
			continue;
		}
		const space = piece.startsWith(' ') ? ' ' : '';
		if (piece.endsWith('}')) {
			items.push(slotItem(piece.slice(space.length + 1, -1), space, grammar, id));
		} else {
			const token = id(piece);
			if (inside) continuations.add(token);
			items.push({ ...FREE, options: [token] });
		}
		inside = false;
	}
	return items;
}

/** The item of a slot: a list, a choice or a rule. */
function slotItem(
	slot: string,
	space: string,
	{ lists, rules }: Grammar,
	id: (text: string) => number
): Item {
	if (slot.includes('|')) {
		const options = slot.split('|').map((word) => id(space + word));
		return { ...FREE, options };
	}
	const [name, source] = slot.split(' of ');
	if (source === undefined) {
		const other = slot.startsWith('other ');
		const list = other ? slot.slice('other '.length) : slot;
		const words = lists[list];
		if (!words) throw new RangeError(`no word list for {${slot}}`);
		const options = words.map((word) => id(space + word));
		return other
			? { ...FREE, options, avoid: list, needs: [list] }
			: { ...FREE, options, keep: list, needs: [list] };
	}
	const rule = rules[name!];
	const needs = source.split(' ');
	if (!rule) throw new RangeError(`no rule for {${slot}}`);
	const words = needs.map((list) => lists[list] ?? []);
	const options: number[] = [];
	const derive = (bindings: Bindings) =>
		id(space + rule(...needs.map((list, i) => words[i]![bindings[list]!]!)));
	// Every result gets its token now, so that the vocabulary is complete.
	forEachChoice(words, (chosen) => options.push(id(space + rule(...chosen))));
	return { ...FREE, options, derive, needs };
}

/** Calls `visit` with one word of each list, for every combination. */
function forEachChoice(
	lists: readonly (readonly string[])[],
	visit: (words: string[]) => void,
	chosen: string[] = []
): void {
	const list = lists[chosen.length];
	if (!list) return visit(chosen);
	for (const word of list) forEachChoice(lists, visit, [...chosen, word]);
}

/** The machine of a set of stories; states get their numbers as they are met. */
function storyGenerator(
	grammar: Grammar,
	stories: readonly Story[],
	storyEnd: number,
	vocabulary: number
): Generator {
	const states: State[] = [];
	const known = new Map<string, number>();
	const moves: (readonly Move[] | undefined)[] = [];
	const byDomain = grammar.domains.map((_, domain) =>
		stories.flatMap((story, i) => (story.domain === domain ? [i] : []))
	);

	function number(state: State): number {
		const key = JSON.stringify([
			state.domain,
			state.story,
			state.index,
			state.opening,
			state.bindings
		]);
		const old = known.get(key);
		if (old !== undefined) return old;
		known.set(key, states.length);
		return states.push(state) - 1;
	}

	/** The state after item `index` of a story, with the words that are still needed. */
	function following(story: number, index: number, bindings: Bindings): number {
		const { items, topics, domain } = stories[story]!;
		const rest = items.slice(index + 1).flatMap(({ needs }) => needs);
		const needed = [...new Set([...topics, ...rest])].sort();
		const kept = Object.fromEntries(
			needed.flatMap((list) => (list in bindings ? [[list, bindings[list]!]] : []))
		);
		const done = index + 1 === items.length;
		return number({
			domain,
			story: done ? null : story,
			index: done ? 0 : index + 1,
			bindings: kept,
			opening: false
		});
	}

	function itemMoves(story: number, index: number, bindings: Bindings): Move[] {
		const { options, keep, avoid, derive } = stories[story]!.items[index]!;
		if (derive) {
			return [{ probability: 1, token: derive(bindings), next: following(story, index, bindings) }];
		}
		const bound = keep === null ? undefined : bindings[keep];
		if (bound !== undefined) {
			const next = following(story, index, bindings);
			return [{ probability: 1, token: options[bound]!, next }];
		}
		const avoided = avoid === null ? undefined : bindings[avoid];
		const count = options.length - (avoided === undefined ? 0 : 1);
		return options.flatMap((token, i) =>
			i === avoided
				? []
				: {
						probability: 1 / count,
						token,
						next: following(story, index, keep === null ? bindings : { ...bindings, [keep]: i })
					}
		);
	}

	function movesOf({ domain, story, index, bindings, opening }: State): Move[] {
		if (opening) {
			const next = number({ domain, story: null, index: 0, bindings, opening: false });
			return [{ probability: 1, token: storyEnd, next }];
		}
		if (story !== null) return itemMoves(story, index, bindings);
		const choices = byDomain[domain]!;
		return choices.flatMap((choice) =>
			itemMoves(choice, 0, bindings).map((move) => ({
				...move,
				probability: move.probability / choices.length
			}))
		);
	}

	const total = grammar.domains.reduce((sum, { weight }) => sum + weight, 0);
	const starts: Start[] = grammar.domains.flatMap(({ weight }, domain) =>
		[false, true].map((opening) => ({
			probability: weight / total / 2,
			state: number({ domain, story: null, index: 0, bindings: {}, opening }),
			domain
		}))
	);
	return {
		vocabulary,
		starts,
		moves: (state) => (moves[state] ??= movesOf(states[state]!))
	};
}
