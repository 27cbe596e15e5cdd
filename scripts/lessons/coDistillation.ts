import { recordOf, type RecordedSeed } from '$lib/experiments/recorded';
import { runTrial } from '$lib/train/trial';
import { FLAWED, weightTrial } from '../../src/routes/lessons/co-distillation/trials';

/** A run under the flawed teacher, with the first preset that changes the weight: falling. */
export async function recordWeights(): Promise<RecordedSeed> {
	const began = performance.now();
	const outcome = await runTrial(weightTrial(FLAWED, { kind: 'line', from: 1, to: 0 }));
	return recordOf(outcome, (performance.now() - began) / 1000);
}
