import { stateMachine, type Generator } from './generator';
import { parseStory, Vocabulary, type Bindings, type Item } from './stories';

/*
 * Stories with slots, as a generator:
 *
 *     Take a {thing} to {place}.        a word drawn from the list `thing`; said again, it is the same word
 *     {other thing}                     a word of the list that is not the kept one; not kept itself
 *     {red|green}                       a word drawn anew each time
 *     {gear of sky}                     the word that follows from the kept ones by the rule `gear`
 *     ch|unked                          a token border inside a word
 *
 * A word is kept until its story ends; the words of a domain's topics last for the whole sequence. So
 * the hidden state is the place in the story and the words that are still needed.
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
	/** The words of each list, without their leading space. */
	lists: Readonly<Record<string, readonly string[]>>;
	/** Words that follow from others; the arguments are the kept words of the lists named. */
	rules: Readonly<Record<string, (...words: string[]) => string>>;
	/** Tokens that are no plain word or sign, such as operators that carry both their spaces. */
	signs: readonly string[];
	domains: readonly Domain[];
	/** Ends every story; half of the sequences also open with it. */
	storyEnd: string;
	/** Tokens that get the first ids, in this order; the others follow as they are met. */
	first: readonly string[];
}

/** A grammar ready to use: tokens by id, and the machine that emits them. */
export interface Compiled {
	vocabulary: readonly string[];
	/** Ids of the tokens that continue a word. */
	continuations: ReadonlySet<number>;
	generator: Generator;
}

/** A story, and what its domain adds. */
interface Story {
	items: readonly Item[];
	domain: number;
	topics: readonly string[];
}

/** Before item `index` of a story, or, where `story` is null, between two stories of the domain. */
interface State {
	domain: number;
	story: number | null;
	index: number;
	bindings: Bindings;
}

interface StoryMove {
	probability: number;
	token: number;
	next: State;
}

/**
 * Compiles a grammar.
 *
 * @throws RangeError for a slot whose list or rule is missing
 */
export function compileGrammar(grammar: Grammar): Compiled {
	const vocabulary = new Vocabulary();
	for (const text of grammar.first) vocabulary.id(text);
	const stories = grammar.domains.flatMap(({ topics, stories: texts }, domain) =>
		texts.map((text): Story => {
			const items = parseStory(text + grammar.storyEnd, grammar, vocabulary);
			return { items, domain, topics };
		})
	);
	return {
		vocabulary: [...vocabulary.ids.keys()],
		continuations: vocabulary.continuations,
		generator: storyMachine(grammar, stories, vocabulary)
	};
}

function storyMachine(grammar: Grammar, stories: Story[], vocabulary: Vocabulary): Generator {
	// A story of nothing but its end: half of the sequences open with it.
	const blank = parseStory(grammar.storyEnd, grammar, vocabulary);
	const blanks = grammar.domains.map((_, domain) => stories.length + domain);
	const all = [
		...stories,
		...grammar.domains.map(({ topics }, domain) => ({ items: blank, domain, topics }))
	];
	const total = grammar.domains.reduce((sum, { weight }) => sum + weight, 0);
	const starts = grammar.domains.flatMap(({ weight }, domain) =>
		[null, blanks[domain]!].map((story) => ({
			probability: weight / total / 2,
			state: { domain, story, index: 0, bindings: {} },
			domain
		}))
	);
	const choices = grammar.domains.map((_, domain) =>
		stories.flatMap((story, i) => (story.domain === domain ? [i] : []))
	);
	return stateMachine<State>(vocabulary.ids.size, starts, ({ domain, story, index, bindings }) => {
		if (story !== null) return itemMoves(all, story, index, bindings);
		const open = choices[domain]!;
		return open.flatMap((choice) =>
			itemMoves(all, choice, 0, bindings).map((move) => ({
				...move,
				probability: move.probability / open.length
			}))
		);
	});
}

/** What item `index` of a story may emit, given the kept words. */
function itemMoves(
	stories: readonly Story[],
	story: number,
	index: number,
	bindings: Bindings
): StoryMove[] {
	const { options, keep, avoid, derive } = stories[story]!.items[index]!;
	const next = (kept: Bindings) => following(stories, story, index, kept);
	const certain = (token: number) => [{ probability: 1, token, next: next(bindings) }];
	if (derive) return certain(derive(bindings));
	const kept = keep === null ? undefined : bindings[keep];
	if (kept !== undefined) return certain(options[kept]!);
	const avoided = avoid === null ? undefined : bindings[avoid];
	const probability = 1 / (options.length - (avoided === undefined ? 0 : 1));
	const moves = options.map((token, i) => ({
		probability,
		token,
		next: next(keep === null ? bindings : { ...bindings, [keep]: i })
	}));
	return moves.filter((_, i) => i !== avoided);
}

/** The state after item `index` of a story, with no more kept words than are still needed. */
function following(
	stories: readonly Story[],
	story: number,
	index: number,
	bindings: Bindings
): State {
	const { items, domain, topics } = stories[story]!;
	const rest = items.slice(index + 1);
	const needed = new Set([...topics, ...rest.flatMap(({ needs }) => needs)]);
	const kept = Object.entries(bindings).filter(([list]) => needed.has(list));
	return {
		domain,
		story: rest.length > 0 ? story : null,
		index: rest.length > 0 ? index + 1 : 0,
		// In a fixed order, so that equal states are written equally.
		bindings: Object.fromEntries(kept.sort(([a], [b]) => (a < b ? -1 : 1)))
	};
}
