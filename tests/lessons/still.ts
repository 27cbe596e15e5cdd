import type { Component } from 'svelte';
import { render } from 'svelte/server';
import { expect } from 'vitest';
import type { Keys } from '../../src/routes/lessons/keys';
import { Lesson } from '../../src/routes/lessons/lesson.svelte';
import type { LessonWords } from '../../src/routes/lessons/words';

/** A lesson where a link opens it, which must be a good one. */
export function lessonAt<K extends Keys>(
	words: LessonWords,
	parts: ConstructorParameters<typeof Lesson<K>>[1],
	link: string
): Lesson<K> {
	const lesson = new Lesson<K>(words, parts);
	lesson.follow(new URLSearchParams(link));
	expect(lesson.notes).toEqual([]);
	return lesson;
}

/** A figure as text, a line per element: words, shapes and places, without classes and colours. */
export function still<Props extends Record<string, unknown>>(
	figure: Component<Props>,
	props: Props
): string {
	const { body } = render(figure as Component, { props });
	return body
		.replace(/<!--.*?-->/gs, '')
		.replace(/ class="[^"]*"/g, '')
		.replace(/[\w-]+: var\([^;"]*;? ?/g, '')
		.replace(/ style=""/g, '')
		.replace(/\s+/g, ' ')
		.replace(/>\s*</g, '>\n<');
}
