import { armsOf, measuredOf } from '$lib/experiments/experiment';
import { orderSensitivity } from '$lib/experiments/orderSensitivity';
import type { Recorded } from '$lib/experiments/recorded';

/** The least and the largest of a measure over the recorded seeds, in percent. */
export type Range = readonly [number, number];

/** What an arm of the proof came to. */
export interface ArmNumbers {
	first: Range;
	middle: Range;
}

/** What each arm of the recorded runs came to, over all seeds. */
export function armNumbers(recorded: Recorded): Record<string, ArmNumbers> {
	const runs = recorded.seeds.map((seed) => measuredOf(orderSensitivity, seed));
	const range = (values: readonly number[]): Range => [Math.min(...values), Math.max(...values)];
	return Object.fromEntries(
		armsOf(orderSensitivity).map((arm) => [
			arm,
			{
				first: range(runs.map((run) => run[arm].first)),
				middle: range(runs.map((run) => run[arm].middle))
			}
		])
	);
}
