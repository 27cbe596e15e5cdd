import { describe, expect, test } from 'vitest';
import { choiceKey, flagKey, numberKey, textKey } from '../../src/routes/lessons/keys';
import { Lesson } from '../../src/routes/lessons/lesson.svelte';
import { readLessonLink, writeLessonLink } from '../../src/routes/lessons/link';
import type { LessonWords } from '../../src/routes/lessons/words';

const step = (id: string, moments: number) => ({
	...{ id, moments },
	...{ title: id, text: [`The ${id}.`], act: 'Look.', picture: 'A picture.' }
});
const words: LessonWords = {
	...{ id: 'router', title: 'A lesson', question: 'Why?', summary: 'A summary.', honesty: [] },
	steps: [step('one', 3), step('two', 1), step('three', 2)]
};
const keys = {
	chunk: numberKey('The chunk', { min: 1, max: 16, initial: 4 }),
	weight: numberKey('The weight', { min: 0, max: 0.1, initial: 0.02, by: 0.01 }),
	mask: choiceKey('The mask', ['chunked', 'full'], 'chunked'),
	frozen: flagKey('Frozen', false),
	layers: textKey('The row of layers', /^[cg]{1,8}$/, 'cccg')
};
const shape = { steps: words.steps, controls: ['chunk', 'mask'], keys };
const read = (query: string) => readLessonLink(new URLSearchParams(query), shape);

describe('the link of a lesson', () => {
	test('that says nothing opens the first step with the values to begin with', () => {
		const { link, notes } = read('');
		expect(notes).toEqual([]);
		expect(link).toEqual({
			...{ step: 0, moment: 0, isPresented: false, hidden: [], locked: [], backend: null },
			values: { chunk: 4, weight: 0.02, mask: 'chunked', frozen: false, layers: 'cccg' }
		});
		expect(writeLessonLink(link, shape).toString()).toBe('');
	});

	test('comes back the same after being written', () => {
		const query =
			'step=3&moment=2&chunk=8&weight=0.05&mask=full&frozen=1&layers=cg&hide=chunk&lock=mask&present=1&backend=wasm';
		const { link, notes } = read(query);
		expect(notes).toEqual([]);
		expect(link).toMatchObject({ step: 2, moment: 1, hidden: ['chunk'], locked: ['mask'] });
		expect(writeLessonLink(link, shape).toString()).toBe(query);
	});

	test('that is broken goes to the nearest valid value and says so', () => {
		const { link, notes } = read(
			'step=9&moment=7&chunk=99&weight=x&mask=round&frozen=yes&layers=xyz&hide=chunk,wings&colour=blue'
		);
		expect(link).toMatchObject({ step: 2, moment: 1, hidden: ['chunk'] });
		expect(link.values).toEqual({
			...{ chunk: 16, weight: 0.02, mask: 'chunked', frozen: false, layers: 'cccg' }
		});
		expect(notes).toHaveLength(9);
		expect(notes.join(' ')).toContain('no control “wings”');
		expect(notes.join(' ')).toContain('“colour”');
	});

	test('cannot flood the page', () => {
		const { notes } = read(`chunk=${'9'.repeat(999)}&hide=${'a,'.repeat(99)}${'b'.repeat(999)}`);
		expect(notes.join('').length).toBeLessThan(260);
	});
});

describe('a lesson', () => {
	test('walks the moments of a step before the next step, and back the same way', () => {
		const lesson = new Lesson(words);
		const places = [`${lesson.step}.${lesson.moment}`];
		while (!lesson.isAtEnd) {
			lesson.next();
			places.push(`${lesson.step}.${lesson.moment}`);
		}
		expect(places).toEqual(['0.0', '0.1', '0.2', '1.0', '2.0', '2.1']);
		lesson.next();
		expect(lesson.isAtEnd).toBe(true);
		for (const place of places.toReversed().slice(1)) {
			lesson.back();
			expect(`${lesson.step}.${lesson.moment}`).toBe(place);
		}
	});

	test('hides and locks what its link names, and keeps that in its query', () => {
		const lesson = new Lesson(words, { controls: { chunk: 'Chunk', mask: 'Mask' }, keys });
		lesson.follow(new URLSearchParams('hide=mask&lock=chunk&chunk=2&step=2'));
		expect([lesson.isHidden('mask'), lesson.isLocked('chunk')]).toEqual([true, true]);
		expect(['mask', 'chunk', 'run'].map((name) => lesson.isFixed(name))).toEqual([
			true,
			true,
			false
		]);
		expect(lesson.values.chunk).toBe(2);
		expect(lesson.query).toBe('step=2&chunk=2&hide=mask&lock=chunk');
	});
});

describe('a picture', () => {
	const openings = {
		one: [{ chunk: 4 }, { chunk: 8 }, { mask: 'full' as const }],
		three: [{ chunk: 2 }, { chunk: 6 }]
	};
	const controls = { walls: 'Walls', mask: 'Mask' };
	const open = (query = '') => {
		const lesson = new Lesson(words, {
			...{ controls, keys, openings },
			controlOf: { chunk: 'walls' }
		});
		lesson.follow(new URLSearchParams(query));
		return lesson;
	};
	const seen = ({ values }: ReturnType<typeof open>) => [values.chunk, values.mask];

	test('moves with the moments of its step, and back', () => {
		const lesson = open();
		const walk = [seen(lesson)];
		for (let press = 0; press < 5; press++) {
			lesson.next();
			walk.push(seen(lesson));
		}
		expect(walk).toEqual([
			[4, 'chunked'],
			[8, 'chunked'],
			[8, 'full'],
			[4, 'chunked'],
			[2, 'chunked'],
			[6, 'chunked']
		]);
		for (const before of walk.toReversed().slice(1)) {
			lesson.back();
			expect(seen(lesson)).toEqual(before);
		}
	});

	test('stays as the learner has it inside a step, and begins anew with a step that names it', () => {
		const lesson = open();
		lesson.values.chunk = 16;
		lesson.next();
		lesson.next();
		expect(seen(lesson)).toEqual([16, 'full']);
		lesson.next();
		expect(seen(lesson)).toEqual([16, 'chunked']);
		lesson.next();
		expect(seen(lesson)).toEqual([2, 'chunked']);
	});

	test('stays where a link has locked it', () => {
		const lesson = open('chunk=5&lock=walls');
		lesson.go(2, 1);
		expect(seen(lesson)).toEqual([5, 'chunked']);
	});

	test('comes from a link as the moment begins, or as the link says', () => {
		expect(seen(open('step=3&moment=2'))).toEqual([6, 'chunked']);
		expect(seen(open('step=1&moment=3&chunk=4'))).toEqual([4, 'full']);
		for (const query of ['step=3&moment=2', 'step=3&moment=2&chunk=4', 'moment=3&mask=chunked']) {
			expect(open(query).query).toBe(query);
		}
	});
});
