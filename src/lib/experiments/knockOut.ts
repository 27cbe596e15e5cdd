import type { Experiment, Measure } from './experiment';
import { FRESH_FACTS, ON_FACTS } from './facts';

const lost = (name: string, label: string): Measure => ({
	...{ label, unit: '%', digits: 1 },
	of: (numbers) => 100 * (numbers[`${name}.lost`] ?? NaN)
});

const rise = (name: string, label: string): Measure => ({
	...{ label, unit: 'nats', digits: 2 },
	of: (numbers) => numbers[`${name}.rise`] ?? NaN
});

export const knockOut: Experiment<
	'learned' | 'frozen',
	'ownLost' | 'ownRise' | 'othersLost' | 'sharedLost' | 'sharedRise'
> = {
	id: 'knockOut',
	claim:
		'A silenced expert takes along facts of the tokens that were routed to it, and none of the others.',
	source: 'our own conjecture',
	threshold:
		'On every seed, whether the router learns or not: silencing an expert loses at least a third of the known facts routed to it, and not one of the others.',
	remarks: [
		'The model has one layer, so that what an expert says reaches no other token: nothing else can be lost. In a deeper model later layers pass it on.',
		'What the shared expert is worth was measured without a threshold.'
	],
	...ON_FACTS,
	arms: {
		learned: { label: 'the router learns' },
		frozen: { label: 'the router stays as drawn', settings: { freezeRouter: 1 } }
	},
	every: 0,
	probes: [{ kind: 'knockOut', layer: 0, ...FRESH_FACTS }],
	measures: {
		ownLost: lost('own', 'known facts lost of those routed to the silent expert'),
		ownRise: rise('own', 'rise of the loss there'),
		othersLost: lost('others', 'known facts lost of all others'),
		sharedLost: lost('shared', 'known facts lost without the shared expert'),
		sharedRise: rise('shared', 'rise of the loss without the shared expert')
	},
	holds: (seeds) =>
		seeds.every((arms) =>
			Object.values(arms).every(({ ownLost, othersLost }) => ownLost >= 100 / 3 && othersLost === 0)
		)
};
