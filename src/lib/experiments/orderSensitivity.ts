import type { LayerConfig } from '$lib/protocol/config';
import { firstAnswers, middleAnswers } from '$lib/tasks/order';
import type { Experiment, Measure } from './experiment';

const LENGTH = 16;
const SEQUENCES = 128;

/** Layers that no settings describe: all of one kind. */
const four = (positions: LayerConfig['positions']): LayerConfig[] =>
	Array.from({ length: 4 }, () => ({ positions, scope: 'global', feedForward: 'dense' }));

const accuracyOf = (name: string, label: string): Measure => ({
	...{ label, unit: '%', digits: 1 },
	of: (numbers) => 100 * (numbers[`${name}.accuracy`] ?? NaN)
});

export const orderSensitivity: Experiment<
	'chunked' | 'scout' | 'nopeFirst' | 'nope' | 'global',
	'first' | 'middle'
> = {
	id: 'orderSensitivity',
	claim:
		'One open layer without positions on top of three that turn carries an order across a wall; the same layer at the bottom carries only which words there were. Four layers that never turn find out what came first, yet not what stood in the middle.',
	source: 'our own conjecture',
	threshold:
		'On every seed. Which of two colours came first, behind a wall: 1 in 8 is a guess among all colours, 1 in 2 among the two. Chunked layers must stay below 25 %, the open layer at the bottom below 65 %; the open layer on top, four open layers that turn and four that never do must be above 90 %. Which of three syllables stood in the middle: every arm with turns must be above 90 %, four layers that never turn at least 20 points below the open layer on top.',
	remarks: [
		'Sizes were chosen on seed 9, which is not among the three, with the thresholds as they stand. There, texts of 32 tokens were given up: they ask several times, and an earlier answer gives the colour away.',
		'The run ends while four layers that never turn are still learning: it shows that the place of a token is hard to come by without turns, not that it cannot be.',
		'Four open layers that turn pass every test on texts as short as these. What they cost, and how they fare beyond the length they were trained on, is not measured here.'
	],
	task: 'order',
	settings: {
		...{ layers: 4, chunk: 8, length: LENGTH, batch: 16, learningRate: 0.003, schedule: 0 },
		...{ moeEvery: 12, denseFeedForward: 32 }
	},
	scored: [...firstAnswers(LENGTH), ...middleAnswers(LENGTH)].sort((a, b) => a - b),
	arms: {
		chunked: { label: 'four chunked layers', settings: { pattern: 2, nopeEvery: 12 } },
		scout: { label: 'three chunked, then one NoPE' },
		nopeFirst: { label: 'one NoPE, then three chunked', settings: { pattern: 4 } },
		nope: { label: 'four NoPE layers', layers: four('nope') },
		global: { label: 'four open layers that turn', layers: four('rope') }
	},
	steps: 120,
	every: 30,
	seeds: [1, 2, 3],
	probes: [
		{
			...{ kind: 'answers', name: 'first', sequences: SEQUENCES, length: LENGTH },
			positions: firstAnswers(LENGTH)
		},
		{
			...{ kind: 'answers', name: 'middle', sequences: SEQUENCES, length: LENGTH },
			positions: middleAnswers(LENGTH)
		}
	],
	measures: {
		first: accuracyOf('first', 'right about which colour came first'),
		middle: accuracyOf('middle', 'right about which syllable stood in the middle')
	},
	holds: (seeds) =>
		seeds.every(
			({ chunked, scout, nopeFirst, nope, global }) =>
				chunked.first < 25 &&
				nopeFirst.first < 65 &&
				[scout, nope, global].every(({ first }) => first > 90) &&
				[chunked, scout, nopeFirst, global].every(({ middle }) => middle > 90) &&
				nope.middle <= scout.middle - 20
		)
};
