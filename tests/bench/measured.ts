/** Made-up measurements for tests of what the benchmark concludes. */
import type { ContenderName, Counts } from '../../bench/contender';
import type { Curve } from '../../bench/growth';
import type { Result } from '../../bench/race';
import { spread } from '../../bench/spread';
import { WORKS } from '../../bench/works';
import type { BackendName } from '$lib/protocol/messages';

const COUNTS: Counts = { operations: 1, draws: 225, peakTensors: 1, peakBytes: 1, names: {} };

/** A contender that takes so many milliseconds per step. */
export function result(
	contender: ContenderName,
	backend: BackendName,
	work: keyof typeof WORKS,
	ms: number,
	changes: Partial<Result> = {}
): Result {
	return {
		...{ contender, backend, work: WORKS[work], about: '', unfinished: null, firstStep: 10 * ms },
		...{ step: spread([ms]), turns: [ms], pass: null, counts: COUNTS, memory: null, losses: [] },
		...changes
	};
}

/** Points of a curve with the milliseconds of each round. */
export function pointsOf(turns: Record<number, readonly number[]>): Curve['points'] {
	return Object.entries(turns).map(([x, ms]) => ({ x: Number(x), ms: spread(ms), turns: ms }));
}
