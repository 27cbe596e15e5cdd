import type { Experiment } from './experiment';
import { FRESH_FACTS, ON_FACTS } from './facts';

export const gateSide: Experiment<'input' | 'output', 'half' | 'high' | 'loss'> = {
	id: 'gateSide',
	claim:
		'A gate of one half on what an expert reads leaves far less than half of what it answers; on the answer it leaves exactly half.',
	source: {
		title: 'MoE.forward, meta-llama/llama-models, models/llama4/moe.py',
		url: 'https://github.com/meta-llama/llama-models/blob/main/models/llama4/moe.py'
	},
	threshold:
		'On every seed, with the gate on the input: 35 % or less is left on the mean over tokens, and less than 50 % for 95 of 100 tokens. With the gate on the output: 50 %, to a tenth of a percent.',
	remarks: [
		'An expert multiplies two copies of what it reads, so its answer falls about as the square of the gate.',
		'Which side learns better was measured without a threshold. The gate on the output is not Llama 4.'
	],
	...ON_FACTS,
	arms: {
		input: { label: 'gate on the input, as in Llama 4' },
		output: { label: 'gate on the output', settings: { gate: 1 } }
	},
	every: 0,
	probes: [
		{ kind: 'gate', layer: 0, gate: 0.5, sequences: 16, length: FRESH_FACTS.length },
		{ kind: 'answers', ...FRESH_FACTS }
	],
	measures: {
		half: {
			...{ label: 'left of the answer at a gate of 0.5, mean', unit: '%', digits: 1 },
			of: ({ mean = NaN }) => 100 * mean
		},
		high: {
			...{ label: 'left for the 95th of 100 tokens', unit: '%', digits: 1 },
			of: ({ high = NaN }) => 100 * high
		},
		loss: { label: 'loss at the facts', unit: 'nats', digits: 2, of: ({ loss = NaN }) => loss }
	},
	holds: (seeds) =>
		seeds.every(
			({ input, output }) =>
				input.half <= 35 && input.high < 50 && Math.abs(output.half - 50) <= 0.1
		)
};
