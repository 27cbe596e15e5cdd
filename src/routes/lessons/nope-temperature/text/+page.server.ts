import long from '$lib/experiments/recorded/longContext.json';
import type { LessonWords } from '../../words';
import { wordsOf } from '../words';

/** The words of the lesson alone. Read at build time only. */
export function load(): { words: LessonWords } {
	return { words: wordsOf(long) };
}
