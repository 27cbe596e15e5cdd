/** What a lesson's words name and the glossary has, a reader can open where it is first named. */
import { describe, expect, test } from 'vitest';
import long from '$lib/experiments/recorded/longContext.json';
import { GLOSSARY } from '$lib/views/glossary';
import { load as loadChunks } from '../../src/routes/lessons/chunked-attention/+page.server';
import { load as loadTwoPulls } from '../../src/routes/lessons/co-distillation/+page.server';
import { load as loadIrope } from '../../src/routes/lessons/irope/+page.server';
import { wordsOf } from '../../src/routes/lessons/nope-temperature/words';
import { plainText, readProse } from '../../src/routes/lessons/prose';
import { load as loadRouter } from '../../src/routes/lessons/router/+page.server';

/** Words of the glossary that the lessons also use as anybody does: a step of a lesson, the floor of a number. */
const EVERYDAY = new Set(
	['step', 'floor', 'task', 'scope', 'pattern', 'recording', 'trace', 'hook', 'load'] // prettier-ignore
);
/** Words that mean something else in a lesson: the router's scores are no scores of attention. */
const OTHERWISE: Readonly<Record<string, readonly string[]>> = { router: ['scores'] };
const LESSONS = [
	loadChunks().words,
	loadIrope().words,
	wordsOf(long),
	loadRouter().words,
	loadTwoPulls().words
];

/** Whether a text names a term, in the singular or the plural. */
function isNamed(term: string, text: string): boolean {
	const stem = term.replace(/s$/, '');
	const longer = GLOSSARY.flatMap(({ names }) => names).filter(
		(name) => name !== term && name.includes(term)
	);
	const rest = longer.reduce((left, name) => left.replaceAll(name, ''), text);
	return new RegExp(`(?<![\\w-])${stem}(s|es)?(?![\\w-])`, 'i').test(rest);
}

describe.each(LESSONS)('the lesson $id', ({ id, steps }) => {
	const told = steps.map(({ text, captions = [] }) => [...text, ...captions]);
	const terms = GLOSSARY.flatMap(({ names }) => names).filter(
		(name) => !EVERYDAY.has(name) && !OTHERWISE[id]?.includes(name)
	);

	test('opens each term of the glossary in the step that names it first', () => {
		const missing = terms.flatMap((term) => {
			const first = told.findIndex((one) => isNamed(term, one.map(plainText).join(' ')));
			const opened = (told[first] ?? []).flatMap(readProse).map((span) => {
				return span.kind === 'term' ? span.term.toLowerCase() : '';
			});
			const isOpened = first < 0 || opened.includes(term.toLowerCase());
			return isOpened ? [] : [`${term}, in step ${steps[first]?.id}`];
		});
		expect(missing).toEqual([]);
	});
});

/** Words of the code and of other pages, which no lesson needs. */
const ELSEWHERE = ['scope', 'floor', 'task', 'step', 'hook', 'recording', 'deviation'];

test('each entry of the glossary is opened by a lesson', () => {
	const opened = new Set(
		LESSONS.flatMap(({ steps }) => steps)
			.flatMap(({ text, captions = [] }) => [...text, ...captions])
			.flatMap(readProse)
			.map((span) => (span.kind === 'term' ? span.term : ''))
	);
	const unopened = GLOSSARY.filter(
		({ names }) => !names.some((name) => opened.has(name) || ELSEWHERE.includes(name))
	);
	expect(unopened.map(({ names }) => names[0])).toEqual([]);
});
