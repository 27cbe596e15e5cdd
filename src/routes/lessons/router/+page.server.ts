import { readFileSync } from 'node:fs';
import { followedFacts } from '$lib/experiments/facts';
import sided from '$lib/experiments/recorded/gateSide.json';
import knocked from '$lib/experiments/recorded/knockOut.json';
import learned from '$lib/experiments/recorded/learnedRouter.json';
import balanced from '$lib/experiments/recorded/loadBalance.json';
import type { ModelConfig } from '$lib/protocol/config';
import { readHfConfig } from '$lib/protocol/hfConfig';
import { taskOf } from '$lib/tasks';
import type { LessonWords } from '../words';
import { numbersOf, type RecordedProofs, type RouterNumbers } from './numbers';
import type { RecordedRouter } from './recorded';
import recorded from './recorded.json';
import { wordsOf } from './words';

/** What the lesson is built with: words, their numbers, and a recorded pass. Read at build time only. */
export interface RouterData extends RecordedProofs {
	words: LessonWords;
	numbers: RouterNumbers;
	config: ModelConfig;
	/** A longer text, which begins with that of the recorded pass, for the learner's own model. */
	long: { tokens: readonly number[]; texts: readonly string[] };
	/** The text whose way through the experts they follow. */
	facts: readonly string[];
}

/** Begins with the text of the recorded pass; all of it is in the language of the toy. */
const LONG_TEXT =
	'Hello, I am Ada. How are you? I am happy, thanks, and you? I am tired. Today it is sunny in Rome, the wind is warm. Take a hat and a kite to the park. Cook rice with salt and lemon, stir slowly. Once a llama lost a drum. The llama looked and looked.';
const LONGEST = 64;

function longText(): RouterData['long'] {
	const { encode, vocabulary } = taskOf('tales');
	const tokens = [...encode(LONG_TEXT).tokens].slice(0, LONGEST);
	return { tokens, texts: tokens.map((token) => vocabulary[token] ?? '?') };
}

export function load(): RouterData {
	const known: RecordedRouter = recorded;
	const numbers = numbersOf(known, { sided, knocked, learned, balanced });
	const { vocabulary } = taskOf('facts');
	const facts = followedFacts().map((token) => vocabulary[token] ?? '?');
	const { config } = readHfConfig(readFileSync(`static/toys/${known.toy}/config.json`, 'utf8'));
	const long = longText();
	return {
		...{ words: wordsOf(numbers), numbers, config, long, facts },
		...{ sided, knocked, learned, balanced }
	};
}
