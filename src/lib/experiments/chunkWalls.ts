import { needleAnswers } from '$lib/tasks/needle';
import type { Experiment } from './experiment';

const LENGTH = 32;
const POSITIONS = needleAnswers(LENGTH);

export const chunkWalls: Experiment<
	'chunked' | 'scout' | 'nopeFirst' | 'global' | 'wide',
	'accuracy' | 'loss'
> = {
	id: 'chunkWalls',
	claim:
		'Layers that see only their own chunk never learn what lies in another one, however many there are; one layer that sees everything is enough.',
	source: 'our own conjecture',
	threshold:
		'Guessing one of eight colours is right 1 time in 8 at a loss of ln 8 = 2.08 nats. Chunked layers must stay below 1 in 4; every other arm must be right 9 times in 10, on every seed.',
	remarks: [],
	task: 'needle',
	settings: {
		...{ layers: 4, chunk: 8, length: LENGTH, batch: 16, learningRate: 0.003, schedule: 0 },
		...{ moeEvery: 12, denseFeedForward: 32 }
	},
	scored: POSITIONS,
	arms: {
		chunked: { label: 'four chunked layers', settings: { pattern: 2, nopeEvery: 12 } },
		scout: { label: 'three chunked, then one NoPE' },
		nopeFirst: { label: 'one NoPE, then three chunked', settings: { pattern: 4 } },
		global: { label: 'four that see everything', settings: { pattern: 3 } },
		wide: {
			label: 'four chunked layers, chunk 32',
			settings: { pattern: 2, nopeEvery: 12, chunk: LENGTH }
		}
	},
	steps: 100,
	every: 25,
	seeds: [1, 2, 3],
	probes: [{ kind: 'answers', sequences: 128, length: LENGTH, positions: POSITIONS }],
	measures: {
		accuracy: {
			label: 'right answers',
			unit: '%',
			digits: 1,
			of: ({ accuracy = NaN }) => 100 * accuracy
		},
		loss: { label: 'loss at the answers', unit: 'nats', digits: 3, of: ({ loss = NaN }) => loss }
	},
	holds: (seeds) =>
		seeds.every(
			({ chunked, ...others }) =>
				chunked.accuracy < 25 && Object.values(others).every(({ accuracy }) => accuracy > 90)
		)
};
