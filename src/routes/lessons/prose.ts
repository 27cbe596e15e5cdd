/**
 * The small markup of the lessons' words: `[[term]]` or `[[term|shown]]` opens a definition of the
 * glossary, `*words*` are stressed, words between backticks are code. Everything else is plain text.
 */

export type Span =
	| { kind: 'plain' | 'stress' | 'code'; text: string }
	| { kind: 'term'; text: string; term: string };

const MARKS = /\[\[([^\]|]+)(?:\|([^\]]+))?\]\]|\*([^*\s](?:[^*]*[^*\s])?)\*|`([^`]+)`/g;

/** Cuts a paragraph into spans. Never throws: a mark without its end is plain text. */
export function readProse(paragraph: string): Span[] {
	const spans: Span[] = [];
	let end = 0;
	for (const match of paragraph.matchAll(MARKS)) {
		if (match.index > end) spans.push(plain(paragraph.slice(end, match.index)));
		spans.push(spanOf(match));
		end = match.index + match[0].length;
	}
	if (end < paragraph.length) spans.push(plain(paragraph.slice(end)));
	return spans;
}

/** The paragraph without its marks: for titles, for what is read out, for the plain page. */
export function plainText(paragraph: string): string {
	return readProse(paragraph)
		.map(({ text }) => text)
		.join('');
}

const plain = (text: string): Span => ({ kind: 'plain', text });

function spanOf([, term, shown, stress, code]: RegExpExecArray): Span {
	if (term !== undefined) return { kind: 'term', term, text: shown ?? term };
	if (stress !== undefined) return { kind: 'stress', text: stress };
	return { kind: 'code', text: code ?? '' };
}
