import { dynamicWeights } from '$lib/experiments/dynamicWeights';
import type { Recorded, RecordedSeed } from '$lib/experiments/recorded';
import dynamicRecorded from '$lib/experiments/recorded/dynamicWeights.json';
import softRecorded from '$lib/experiments/recorded/softTargets.json';
import { softTargets, WATCHED } from '$lib/experiments/softTargets';
import { framesOf } from '$lib/protocol/distill';
import { taskOf } from '$lib/tasks';
import type { LessonData } from './data';
import { endsOf, numbersOf } from './numbers';
import flawedRecorded from './recorded.json';
import { wordsOf } from './words';

/** Everything that the lesson draws before its engine has come. Read at build time only. */
export function load(): LessonData {
	const soft = softRecorded as unknown as Recorded;
	const dynamic = dynamicRecorded as unknown as Recorded;
	const flawed = flawedRecorded as unknown as RecordedSeed;
	const ends = {
		softTargets: endsOf(softTargets, soft),
		dynamicWeights: endsOf(dynamicWeights, dynamic)
	};
	const verdicts = { isSoftNearer: soft.holds, hasWinner: dynamic.holds, steps: soft.steps };
	const numbers = numbersOf(ends.softTargets, ends.dynamicWeights, verdicts);
	const law = taskOf('law');
	const [first] = soft.seeds;
	return {
		...{ words: wordsOf(numbers), numbers, ends },
		texts: law.vocabulary,
		law: Array.from(law.law(WATCHED) ?? []),
		frames: framesOf(first?.arms ?? []),
		flawed: framesOf(flawed.arms),
		seed: first?.seed ?? 0,
		recorded: { softTargets: endOf(soft), dynamicWeights: endOf(dynamic) }
	};
}

/** A recorded experiment with the distances at its end and nothing else. */
function endOf(recorded: Recorded): Recorded {
	const seeds = recorded.seeds.map((seed) => ({
		...seed,
		arms: seed.arms.map(({ name, probed }) => {
			const { step = 0, numbers = {} } = probed.at(-1) ?? {};
			const { divergence = NaN } = numbers;
			const curve = { every: 1, steps: [], losses: [] };
			return { name, curve, probed: [{ step, numbers: { divergence } }] };
		})
	}));
	return { ...recorded, seeds };
}
