import { sigmoid, softmax } from './softmax';

/** Where a token goes. Both lists are as long as the number of experts chosen, best first. */
export interface Choice {
	/** Indices of the chosen experts. */
	experts: number[];
	/** Gate of each chosen expert. */
	gates: number[];
}

/**
 * The indices of the `count` largest numbers, largest first. Of equal numbers the lower index comes
 * first; NaN counts as smallest.
 *
 * @throws RangeError if there are fewer numbers than asked for
 */
export function topK(values: ArrayLike<number>, count: number): number[] {
	if (!Number.isInteger(count) || count < 1 || count > values.length) {
		throw new RangeError(`cannot choose ${count} of ${values.length}`);
	}
	const height = (index: number) => {
		const value = values[index] ?? -Infinity;
		return Number.isNaN(value) ? -Infinity : value;
	};
	return Array.from({ length: values.length }, (_, index) => index)
		.sort((a, b) => (height(a) === height(b) ? a - b : height(b) - height(a)))
		.slice(0, count);
}

/**
 * Sends a token to the experts with the highest logits. As in Llama 4 the gate is the sigmoid of each
 * chosen logit by itself: gates do not sum to 1 and experts do not compete for a share.
 *
 * @param rule `softmax` takes the gate from a softmax over all experts instead; not Llama 4
 *
 * Source: `MoE.forward`, meta-llama/llama-models, models/llama4/moe.py.
 */
export function route(
	logits: ArrayLike<number>,
	count = 1,
	rule: 'sigmoid' | 'softmax' = 'sigmoid'
): Choice {
	const experts = topK(logits, count);
	const shares = rule === 'softmax' ? softmax(logits) : Float64Array.from(logits, sigmoid);
	return { experts, gates: experts.map((expert) => shares[expert] ?? 0) };
}
