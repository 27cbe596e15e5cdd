import type { Encoded } from './task';

/** Turns a text into the tokens of a word vocabulary and names the pieces that it lacks. */
export type Encoder = (text: string) => Encoded;

const NEW_LINE = '\n';
/** Words, numbers, line breaks, gaps, and any other single character. */
const PIECES = /\r\n?|\n|[^\S\r\n]+|[\p{L}\p{M}'’]+|\p{N}+|./gu;
const IS_WORD = /^[\p{L}\p{M}\p{N}]/u;

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
	const byText = new Map<string, number[]>();
	let longest = 1;
	vocabulary.forEach((token, id) => {
		const bare = token === NEW_LINE ? NEW_LINE : token.trim().toLowerCase();
		byText.set(bare, [...(byText.get(bare) ?? []), id]);
		longest = Math.max(longest, bare.length);
	});

	/** The best token for a piece of text, or undefined. */
	function tokenFor(text: string, place: 'line' | 'word' | 'inside'): number | undefined {
		const ids = (byText.get(text.toLowerCase()) ?? []).filter(
			(id) => continuations.has(id) === (place === 'inside')
		);
		const rank = (id: number) => {
			const token = vocabulary[id]!;
			const spaced = token.startsWith(' ') === (place === 'word');
			return (spaced ? 2 : 0) + (token.trim() === text ? 1 : 0);
		};
		return ids.reduce<number | undefined>(
			(best, id) => (best === undefined || rank(id) > rank(best) ? id : best),
			undefined
		);
	}

	/** A whole word as tokens, longest first piece first, or null where none fits. */
	function wordTokens(word: string, place: 'line' | 'word' | 'inside'): number[] | null {
		for (let end = Math.min(word.length, longest); end > 0; end--) {
			const id = tokenFor(word.slice(0, end), place);
			if (id === undefined) continue;
			const rest = end === word.length ? [] : wordTokens(word.slice(end), 'inside');
			if (rest) return [id, ...rest];
		}
		return null;
	}

	return (text) => {
		const tokens: number[] = [];
		const unknown: string[] = [];
		const pieces = text.match(PIECES) ?? [];
		let lineStart = true;
		for (let i = 0; i < pieces.length; i++) {
			let piece = /[\r\n]/.test(pieces[i]!) ? NEW_LINE : pieces[i]!;
			if (piece !== NEW_LINE && piece.trim() === '') continue;
			// Signs of several characters, such as `//`: take along what makes the longest token.
			if (!IS_WORD.test(piece)) {
				const run = signRun(pieces, i, (t) => byText.has(t), longest);
				piece = run > 1 ? pieces.slice(i, i + run).join('') : piece;
				i += run - 1;
			}
			const found = wordTokens(piece, lineStart ? 'line' : 'word');
			if (found) tokens.push(...found);
			else if (piece !== NEW_LINE) unknown.push(piece);
			lineStart = piece === NEW_LINE;
		}
		return { tokens: Int32Array.from(tokens), unknown };
	};
}

/** How many pieces from `i` on join to the longest known sign; at least 1. */
function signRun(
	pieces: readonly string[],
	i: number,
	known: (text: string) => boolean,
	longest: number
): number {
	for (let count = Math.min(longest, pieces.length - i); count > 1; count--) {
		if (known(pieces.slice(i, i + count).join(''))) return count;
	}
	return 1;
}

/** The texts of the tokens, joined. Ids outside the vocabulary give nothing. */
export function wordDecoder(vocabulary: readonly string[]): (tokens: ArrayLike<number>) => string {
	return (tokens) => Array.from(tokens, (id) => vocabulary[id] ?? '').join('');
}
