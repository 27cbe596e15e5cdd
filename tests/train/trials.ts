import { INITIAL_SETTINGS, modelConfig, trainConfig, type Settings } from '$lib/protocol/settings';
import type { LearnTrial } from '$lib/protocol/trial';
import { taskOf } from '$lib/tasks';
import { needleAnswers } from '$lib/tasks/needle';

const LENGTH = 16;
const positions = needleAnswers(LENGTH);

const small: Settings = {
	...INITIAL_SETTINGS,
	...{ layers: 2, width: 8, heads: 2, kvHeads: 1, headWidth: 4, feedForward: 8, experts: 2 },
	...{ nopeEvery: 2, chunk: 4, length: LENGTH, batch: 4, learningRate: 0.01, schedule: 0 }
};

/** A trial of two small arms that takes a fraction of a second. */
export function smallTrial(changes: Partial<Settings> = {}): LearnTrial {
	const arm = (name: string, own: Partial<Settings>) => {
		const settings = { ...small, ...changes, ...own };
		const config = modelConfig(settings, taskOf('needle').vocabulary.length);
		return { name, config, train: { ...trainConfig(settings), scored: positions } };
	};
	return {
		...{ kind: 'learn', task: 'needle', seed: 5, steps: 6, every: 3 },
		arms: [arm('walls', { pattern: 2 }), arm('scout', {})],
		probes: [{ kind: 'answers', sequences: 16, length: LENGTH, positions }]
	};
}
