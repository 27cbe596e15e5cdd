import type { Encoded } from './task';

/** Turns a text into the tokens of a word vocabulary and names the pieces that it lacks. */
export type Encoder = (text: string) => Encoded;

const NEW_LINE = '\n';
/** Words, numbers, line breaks, gaps, and any other single character. */
const PIECES = /\r\n?|\n|[^\S\r\n]+|[\p{L}\p{M}'’]+|\p{N}+|./gu;
const IS_WORD = /^[\p{L}\p{M}\p{N}]/u;

/** Where a piece of text stands: first in its line, later in it, or inside a word. */
type Place = 'line' | 'word' | 'inside';

/** Finds the token of a piece of text. */
interface Lexicon {
	has(text: string): boolean;
	/** The best token for all of the text, or undefined. */
	tokenFor(text: string, place: Place): number | undefined;
	/** Length of the longest token without its spaces. */
	longest: number;
}

function lexiconOf(vocabulary: readonly string[], continuations: ReadonlySet<number>): Lexicon {
	const byText = new Map<string, number[]>();
	vocabulary.forEach((token, id) => {
		const bare = token.trim().toLowerCase() || token;
		byText.set(bare, [...(byText.get(bare) ?? []), id]);
	});
	/** Tokens whose space fits the place come first, then those whose case fits. */
	const rank = (id: number, text: string, place: Place) => {
		const token = vocabulary[id]!;
		return (token.startsWith(' ') === (place === 'word') ? 2 : 0) + (token.trim() === text ? 1 : 0);
	};
	return {
		has: (text) => byText.has(text),
		tokenFor: (text, place) =>
			(byText.get(text.toLowerCase()) ?? [])
				.filter((id) => continuations.has(id) === (place === 'inside'))
				.sort((a, b) => rank(b, text, place) - rank(a, text, place))[0],
		longest: Math.max(...[...byText.keys()].map((text) => text.length))
	};
}

/** No word of any vocabulary has more pieces; a longer run of letters is unknown as it stands. */
const MOST_PIECES = 8;

/** A whole word as tokens, the longest first piece first, or null where no pieces fit. */
function wordTokens(
	lexicon: Lexicon,
	word: string,
	place: Place,
	pieces = MOST_PIECES
): number[] | null {
	if (pieces === 0) return null;
	for (let end = Math.min(word.length, lexicon.longest); end > 0; end--) {
		const id = lexicon.tokenFor(word.slice(0, end), place);
		if (id === undefined) continue;
		const rest =
			end === word.length ? [] : wordTokens(lexicon, word.slice(end), 'inside', pieces - 1);
		if (rest) return [id, ...rest];
	}
	return null;
}

/**
 * An encoder for a vocabulary of words that carry their spaces. Longest match first; forgiving of
 * case, of missing or surplus spaces, and of how a line break is written. What it cannot read comes
 * back in `unknown`.
 *
 * @param continuations token ids that only occur inside a word, after another token
 */
export function wordEncoder(
	vocabulary: readonly string[],
	continuations: ReadonlySet<number>
): Encoder {
	const lexicon = lexiconOf(vocabulary, continuations);
	return (text) => {
		const tokens: number[] = [];
		const unknown: string[] = [];
		const pieces = text.match(PIECES) ?? [];
		let place: Place = 'line';
		for (let i = 0; i < pieces.length;) {
			const run = runLength(pieces, i, lexicon);
			const joined = pieces.slice(i, i + run).join('');
			const piece = /[\r\n]/.test(joined) ? NEW_LINE : joined;
			i += run;
			if (piece !== NEW_LINE && piece.trim() === '') continue;
			const found = wordTokens(lexicon, piece, place);
			if (found) tokens.push(...found);
			else if (piece !== NEW_LINE) unknown.push(piece);
			place = piece === NEW_LINE ? 'line' : 'word';
		}
		return { tokens: Int32Array.from(tokens), unknown };
	};
}

/** How many pieces from `i` on make one: a word is one; signs such as `//` join while they are known. */
function runLength(pieces: readonly string[], i: number, lexicon: Lexicon): number {
	if (IS_WORD.test(pieces[i]!)) return 1;
	for (let count = Math.min(lexicon.longest, pieces.length - i); count > 1; count--) {
		if (lexicon.has(pieces.slice(i, i + count).join(''))) return count;
	}
	return 1;
}

/** The texts of the tokens, joined. Ids outside the vocabulary give nothing. */
export function wordDecoder(vocabulary: readonly string[]): (tokens: ArrayLike<number>) => string {
	return (tokens) => Array.from(tokens, (id) => vocabulary[id] ?? '').join('');
}
