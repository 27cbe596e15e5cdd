import type { LessonWords } from '../../words';
import { wordsOf } from '../words';

/** The words of the lesson alone. Read at build time only. */
export function load(): { words: LessonWords } {
	return { words: wordsOf() };
}
