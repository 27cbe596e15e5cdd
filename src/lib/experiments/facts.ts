import { random } from '$lib/math/random';
import { taskOf } from '$lib/tasks';
import { factAnswers } from '$lib/tasks/facts';

/** Tokens per training sequence. */
const LENGTH = 24;

/** Experts, and how wide each is, the shared one too. */
export const EXPERTS = { experts: 8, feedForward: 32 };

/** What the experiments on the router have in common: one layer with experts that learns a table of facts. */
export const ON_FACTS = {
	task: 'facts',
	settings: {
		...{ layers: 1, nopeEvery: 2, chunk: 3, ...EXPERTS, length: LENGTH },
		...{ batch: 32, learningRate: 0.01, schedule: 1, warmupSteps: 20 }
	},
	scored: factAnswers(LENGTH),
	steps: 300,
	seeds: [1, 2, 3]
};

/** Fresh sequences for a probe, asked where the answers stand. */
export const FRESH_FACTS = { sequences: 64, length: LENGTH, positions: ON_FACTS.scored };

/** Probes of the answers and of the ways that tokens take. */
export const FACT_PROBES = [
	{ kind: 'answers', ...FRESH_FACTS },
	{ kind: 'routing', layer: 0, sequences: 64, length: LENGTH, text: followedFacts() }
] as const;

/** Five facts whose way through the experts is followed, drawn from a seed of their own. */
export function followedFacts(): number[] {
	return [...taskOf('facts').sample(random(7), 15).tokens];
}
