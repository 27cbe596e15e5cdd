/** What a learner is asked to predict must not stand in the words above the question. */
import { describe, expect, test } from 'vitest';
import { longContext } from '$lib/experiments/longContext';
import long from '$lib/experiments/recorded/longContext.json';
import { load as loadChunks } from '../../src/routes/lessons/chunked-attention/+page.server';
import { load as loadTwoPulls } from '../../src/routes/lessons/co-distillation/+page.server';
import { load as loadIrope } from '../../src/routes/lessons/irope/+page.server';
import { wordsOf } from '../../src/routes/lessons/nope-temperature/words';
import { load as loadRouter } from '../../src/routes/lessons/router/+page.server';
import type { LessonWords } from '../../src/routes/lessons/words';

/** The words that tell the answer of a step, and the moment at which the step asks. */
type Telling = [step: string, asked: number, tells: RegExp];

const LESSONS: [words: LessonWords, tellings: Telling[]][] = [
	[
		loadChunks().words,
		[
			['wall', 0, /, itself\.|one more than/],
			['stack', 0, /positions|stays inside|its own|still a wall/],
			['open', 0, /behind the walls|saw/],
			['cost', 0, /times less|pass 4|GiB/],
			['needle', 0, /who guesses|recorded over/i]
		]
	],
	[
		loadIrope().words,
		[
			['turn', 0, /turns once in|stands still|1,890,285/],
			['distance', 0, /apart|only the distance|the same angle|what it was/i],
			['order', 0, /does not depend|keeps its own/],
			['crowd', 0, /not blind|only the two|crowds/i],
			['norm', 0, /2\.83|cannot pass|bounds/],
			['learn', 0, /carries|% at the bottom|on top \d/],
			['build', 0, /on top|open one last|at the bottom/i]
		]
	],
	[
		wordsOf(long),
		[
			['hay', 0, /\b9\.6 %/],
			['stairs', 0, /position \d|exactly 1|untouched/],
			['rule', 0, /stay|nothing changes|differences only/],
			['layers', 0, /NoPE layers alone|stops growing|make up for/],
			['trained', 0, /attention at 31|over \d recorded/i],
			['trained', 3, /takes sides|has its price/],
			['limits', 0, /never turns|the \*wrong\*|cannot/]
		]
	],
	[
		loadRouter().words,
		[
			['twice', 0, /neighbours|goes to [A-H]/],
			['dial', 0, /square|falls faster|below the diagonal/],
			['knock', 0, /goes from|no other token/],
			['lost', 0, /takes \d|shared expert knows/],
			['twin', 0, /proves nothing|gave that up|nats about/],
			['balance', 0, /times with it|without, /],
			['plan', 0, /\d %|almost the same/i]
		]
	],
	[
		loadTwoPulls().words,
		[
			['pulls', 0, /many draws|to the law/],
			['passes', 0, /no longer trains|students alone/],
			['proof', 0, /threshold|claim|\d nats/],
			['open', 0, /no rule|no claim|beat every|single seed/i]
		]
	]
];

describe.each(LESSONS.map(([words, tellings]) => ({ id: words.id, words, tellings })))(
	'$id',
	({ words, tellings }) => {
		test.each(tellings)('keeps the answer of %s back, asked at moment %i', (id, asked, tells) => {
			const step = words.steps.find((one) => one.id === id);
			if (!step) throw new RangeError(`no step ${id}`);
			const { title, text, picture, act, captions = [] } = step;
			const above = [title, ...text, picture, act, ...captions.slice(0, asked + 1)].join('\n');
			expect(above).not.toMatch(tells);
		});

		test('tells it afterwards, in a caption of a later moment', () => {
			for (const [id, asked, tells] of tellings) {
				const { captions = [] } = words.steps.find((one) => one.id === id) ?? {};
				if (captions.length > 0) expect(captions.slice(asked + 1).join('\n'), id).toMatch(tells);
			}
		});
	}
);

test('the claim of the trained layer says nothing of its two needles, which are asked for later', () => {
	const { claim, threshold, remarks } = longContext;
	const above = [claim, threshold, ...remarks].join('\n');
	expect(above).not.toMatch(/sides|larger|grows\b.*needles|needles.*grow|sharpen|heavier/);
});
