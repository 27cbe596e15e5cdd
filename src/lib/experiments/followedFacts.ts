import { random } from '$lib/math/random';
import { taskOf } from '$lib/tasks';

/** Five facts whose way through the experts is followed, drawn from a seed of their own. */
export function followedFacts(): number[] {
	return [...taskOf('facts').sample(random(7), 15).tokens];
}
