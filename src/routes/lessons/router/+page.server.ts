import { readFileSync } from 'node:fs';
import { followedFacts } from '$lib/experiments/facts';
import type { Recorded } from '$lib/experiments/recorded';
import knocked from '$lib/experiments/recorded/knockOut.json';
import learned from '$lib/experiments/recorded/learnedRouter.json';
import balanced from '$lib/experiments/recorded/loadBalance.json';
import type { ModelConfig } from '$lib/protocol/config';
import { readHfConfig } from '$lib/protocol/hfConfig';
import { taskOf } from '$lib/tasks';
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
	/** What the experiments of the lesson found when they were recorded. */
	knocked: Recorded;
	learned: Recorded;
	balanced: Recorded;
	/** The text whose way through the experts they follow. */
	facts: readonly string[];
}

export function load(): RouterData {
	const known: RecordedRouter = recorded;
	const numbers = numbersOf(known, { knocked, learned, balanced });
	const { vocabulary } = taskOf('facts');
	const facts = followedFacts().map((token) => vocabulary[token] ?? '?');
	const { config } = readHfConfig(readFileSync(`static/toys/${known.toy}/config.json`, 'utf8'));
	return { words: wordsOf(numbers), numbers, config, knocked, learned, balanced, facts };
}
