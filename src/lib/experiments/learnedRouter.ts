import type { Experiment } from './experiment';
import { EXPERTS, FACT_PROBES, ON_FACTS } from './facts';

/** A dense part of the same work is as wide as a routed expert and the shared one together. */
const { experts, feedForward } = EXPERTS;

export const learnedRouter: Experiment<
	'learned' | 'frozen' | 'active' | 'total',
	'loss' | 'information'
> = {
	id: 'learnedRouter',
	claim:
		'A frozen random router looks just as specialised as one that learns. Either way experts remember more than a dense part of the same work, and less than one with as many weights.',
	source: 'our own conjecture',
	threshold:
		'On every seed: under the frozen router the expert tells at least half as much about the token, in nats, as under the learned one; both have a loss at the facts at least 0.05 nats below the dense part of the same work, and above the one with as many weights. Set after a look at seed 1, before seeds 2 and 3.',
	remarks: [
		'We first expected the learned router to be at least 0.1 nats ahead of its frozen twin. On these facts it is not: that claim was given up.',
		'The run ends while all arms are still learning: the loss shows speed.',
		'A first setting without positions could not tell which syllables belong together, and no arm learned anything; it decided nothing.'
	],
	...ON_FACTS,
	arms: {
		learned: { label: 'the router learns' },
		frozen: { label: 'the router stays as drawn', settings: { freezeRouter: 1 } },
		active: {
			label: 'dense, same work per token',
			settings: { moeEvery: 2, denseFeedForward: 2 * feedForward }
		},
		total: {
			label: 'dense, same number of weights',
			settings: { moeEvery: 2, denseFeedForward: (experts + 1) * feedForward }
		}
	},
	every: 15,
	probes: FACT_PROBES,
	measures: {
		loss: { label: 'loss at the facts', unit: 'nats', digits: 2, of: ({ loss = NaN }) => loss },
		information: {
			label: 'what the expert tells about the token',
			unit: 'nats',
			digits: 2,
			of: ({ information = NaN }) => information
		}
	},
	holds: (seeds) =>
		seeds.every(
			({ learned, frozen, active, total }) =>
				frozen.information >= 0.5 * learned.information &&
				Math.max(learned.loss, frozen.loss) < active.loss - 0.05 &&
				Math.min(learned.loss, frozen.loss) > total.loss
		)
};
