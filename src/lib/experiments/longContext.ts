import { needleAnswers } from '$lib/tasks/needle';
import type { Experiment, Measure } from './experiment';

/** Tokens per training sequence. */
const LENGTH = 32;
const LENGTHS = [31, 64, 128, 256, 512] as const;
const LONGEST = LENGTHS[LENGTHS.length - 1]!;

/** The measure that a probe gives for the longest text under one scale. */
function atLongest(what: string, scale: string, label: string, factor = 1): Measure {
	const name = `${what}.${LONGEST}.${scale}`;
	const unit = factor === 100 ? '%' : what === 'entropy' ? 'nats' : '';
	const digits = factor === 100 ? 1 : 2;
	return { label, unit, digits, of: (numbers) => factor * (numbers[name] ?? NaN) };
}

export const longContext: Experiment<
	'recall',
	| 'weight31'
	| 'weightOff'
	| 'weightTenth'
	| 'weightHalf'
	| 'accuracyOff'
	| 'accuracyTenth'
	| 'accuracyHalf'
	| 'entropyOff'
	| 'entropyTenth'
	| 'entropyHalf'
	| 'shareOff'
	| 'shareHalf'
> = {
	id: 'longContext',
	claim:
		'A NoPE layer trained on 32 tokens attends less and less to its needle as the text grows to 512; the attention scale, switched on only then, lifts it again.',
	source: {
		title: 'Attention.forward, meta-llama/llama-models, models/llama4/model.py',
		url: 'https://github.com/meta-llama/llama-models/blob/main/models/llama4/model.py'
	},
	threshold:
		'On every seed, at 512 tokens: without the scale the needle has at most 0.8 of its weight at 31; a growth of 0.1 adds at least 0.05 to it and 0.5 still more; neither makes accuracy worse; and two equally right needles fare as said at their measure.',
	remarks: [
		'The scale follows the formula of Llama 4 with a floor scale of 32 in place of 8192, and was never trained with. At 31 tokens, the longest way to an answer in training, it changes nothing at all.',
		'The hay is one word over and over, so a layer without positions gives all of it the same score; the texts ask once, where training asks after every block of 8.',
		'The scale cannot find what the model did not.',
		'Sizes were chosen on seed 9, which is not among the three. An earlier task, with names in the hay, was given up because this layer did not learn it in a minute.'
	],
	task: 'needle',
	settings: {
		...{ layers: 1, nopeEvery: 1, attnScale: 0, length: LENGTH, batch: 16, moeEvery: 12 },
		...{ heads: 1, kvHeads: 1, headWidth: 16, denseFeedForward: 32 },
		...{ learningRate: 0.003, schedule: 0 }
	},
	scored: needleAnswers(LENGTH),
	arms: { recall: { label: 'one NoPE layer' } },
	steps: 100,
	every: 0,
	seeds: [1, 2, 3],
	probes: [
		{
			kind: 'recall',
			sequences: 32,
			lengths: LENGTHS,
			floorScale: LENGTH,
			scales: { off: 0, tenth: 0.1, half: 0.5 }
		}
	],
	measures: {
		weight31: {
			label: 'weight of the needle, 31 tokens',
			unit: '',
			digits: 2,
			of: (numbers) => numbers['weight.31.off'] ?? NaN
		},
		weightOff: atLongest('weight', 'off', 'weight of the needle, 512 tokens, no scale'),
		weightTenth: atLongest('weight', 'tenth', 'the same, growth 0.1'),
		weightHalf: atLongest('weight', 'half', 'the same, growth 0.5'),
		accuracyOff: atLongest('accuracy', 'off', 'right answers, 512 tokens, no scale', 100),
		accuracyTenth: atLongest('accuracy', 'tenth', 'the same, growth 0.1', 100),
		accuracyHalf: atLongest('accuracy', 'half', 'the same, growth 0.5', 100),
		entropyOff: atLongest('entropy', 'off', 'entropy of attention, 512 tokens, no scale'),
		entropyTenth: atLongest('entropy', 'tenth', 'the same, growth 0.1'),
		entropyHalf: atLongest('entropy', 'half', 'the same, growth 0.5'),
		shareOff: atLongest('share', 'off', 'share of the larger of two needles, 512 tokens, no scale'),
		shareHalf: atLongest('share', 'half', 'the same, growth 0.5, where it must be larger')
	},
	holds: (seeds) =>
		seeds.every(
			({ recall }) =>
				recall.weightOff <= 0.8 * recall.weight31 &&
				recall.weightTenth >= recall.weightOff + 0.05 &&
				recall.weightHalf > recall.weightTenth &&
				Math.min(recall.accuracyTenth, recall.accuracyHalf) >= recall.accuracyOff &&
				recall.shareHalf > recall.shareOff
		)
};
