import { factAnswers } from '$lib/tasks/facts';
import type { Experiment } from './experiment';
import { followedFacts } from './followedFacts';

const LENGTH = 24;
const POSITIONS = factAnswers(LENGTH);

export const loadBalance: Experiment<'without' | 'with', 'imbalance' | 'loss'> = {
	id: 'loadBalance',
	claim: 'A balance loss of weight 0.02 evens the load of the experts at little cost.',
	source: {
		title: 'Fedus, Zoph, Shazeer 2021 (Switch Transformers)',
		url: 'https://arxiv.org/abs/2101.03961'
	},
	threshold:
		'On every seed the busiest expert must be less busy with the balance loss than without, and the loss at the facts at most 0.15 nats higher.',
	remarks: [
		'No released Llama 4 code has a balance loss; how Meta kept its experts busy is not public.'
	],
	task: 'facts',
	settings: {
		...{ layers: 1, nopeEvery: 2, chunk: 3, experts: 8, feedForward: 32, length: LENGTH },
		...{ batch: 32, learningRate: 0.01, schedule: 1, warmupSteps: 20 }
	},
	scored: POSITIONS,
	arms: {
		without: { label: 'no balance loss' },
		with: { label: 'balance loss, weight 0.02', settings: { balanceWeight: 0.02 } }
	},
	steps: 300,
	every: 15,
	seeds: [1, 2, 3],
	probes: [
		{ kind: 'answers', sequences: 64, length: LENGTH, positions: POSITIONS },
		{ kind: 'routing', layer: 0, sequences: 64, length: LENGTH, text: followedFacts() }
	],
	measures: {
		imbalance: {
			label: 'busiest expert over the fair share',
			unit: '×',
			digits: 2,
			of: ({ imbalance = NaN }) => imbalance
		},
		loss: { label: 'loss at the facts', unit: 'nats', digits: 2, of: ({ loss = NaN }) => loss }
	},
	holds: (seeds) =>
		seeds.every(
			(seed) =>
				seed.with.imbalance < seed.without.imbalance && seed.with.loss <= seed.without.loss + 0.15
		)
};
