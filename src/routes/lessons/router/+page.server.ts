import { readFileSync } from 'node:fs';
import type { ModelConfig } from '$lib/protocol/config';
import { readHfConfig } from '$lib/protocol/hfConfig';
import type { LessonWords } from '../words';
import { numbersOf, type RouterNumbers } from './numbers';
import type { RecordedRouter } from './recorded';
import recorded from './recorded.json';
import { wordsOf } from './words';

/** What the lesson is built with: words, their numbers, and a recorded pass. Read at build time only. */
export interface RouterData {
	words: LessonWords;
	numbers: RouterNumbers;
	config: ModelConfig;
}

export function load(): RouterData {
	const known: RecordedRouter = recorded;
	const numbers = numbersOf(known);
	const { config } = readHfConfig(readFileSync(`static/toys/${known.toy}/config.json`, 'utf8'));
	return { words: wordsOf(numbers), numbers, config };
}
