import type { Experiment } from './experiment';
import { FACT_PROBES, ON_FACTS } from './facts';

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
	...ON_FACTS,
	arms: {
		without: { label: 'no balance loss' },
		with: { label: 'balance loss, weight 0.02', settings: { balanceWeight: 0.02 } }
	},
	every: 15,
	probes: FACT_PROBES,
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
