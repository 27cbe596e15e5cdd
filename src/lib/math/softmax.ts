/** `ln Σ exp(x)`, exact for large numbers too; −∞ for a list of −∞. */
export function logSumExp(logits: ArrayLike<number>): number {
	const largest = largestOf(logits);
	if (largest === -Infinity) return -Infinity;
	let sum = 0;
	for (let i = 0; i < logits.length; i++) sum += Math.exp((logits[i] ?? 0) - largest);
	return largest + Math.log(sum);
}

/** The logarithm of each probability, in nats. A logit of −∞ stays −∞. */
export function logSoftmax(logits: ArrayLike<number>): Float64Array<ArrayBuffer> {
	const total = logSumExp(logits);
	return Float64Array.from(logits, (logit) => (logit === -Infinity ? logit : logit - total));
}

/** Turns logits into probabilities that sum to 1. */
export function softmax(logits: ArrayLike<number>): Float64Array<ArrayBuffer> {
	const largest = largestOf(logits);
	const powers = Float64Array.from(logits, (logit) => Math.exp(logit - largest));
	const sum = powers.reduce((total, power) => total + power, 0);
	return powers.map((power) => power / sum);
}

/** `1 / (1 + exp(−x))`. */
export function sigmoid(x: number): number {
	return x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x));
}

/**
 * Loss of one prediction: minus the logarithm of the probability of the right token, in nats.
 *
 * @throws RangeError if there is no logit for the target
 */
export function crossEntropy(logits: ArrayLike<number>, target: number): number {
	const logit = logits[target];
	if (logit === undefined) {
		throw new RangeError(`no logit for token ${target} among ${logits.length}`);
	}
	return logSumExp(logits) - logit;
}

/** Uncertainty of a distribution, in nats: 0 when one outcome is sure, ln n when n are equally likely. */
export function entropy(probabilities: ArrayLike<number>): number {
	let sum = 0;
	for (let i = 0; i < probabilities.length; i++) {
		const p = probabilities[i] ?? 0;
		if (p > 0) sum -= p * Math.log(p);
	}
	return sum;
}

/**
 * Kullback-Leibler divergence `Σ p · ln(p / q)` in nats: what believing q costs where p is true. 0 only
 * when both agree, ∞ when q rules out what p allows.
 *
 * @throws RangeError if the distributions differ in length
 */
export function klDivergence(p: ArrayLike<number>, q: ArrayLike<number>): number {
	if (p.length !== q.length) {
		throw new RangeError(`expected as many probabilities, got ${p.length} and ${q.length}`);
	}
	let sum = 0;
	for (let i = 0; i < p.length; i++) {
		const truth = p[i] ?? 0;
		if (truth > 0) sum += truth * Math.log(truth / (q[i] ?? 0));
	}
	return sum;
}

function largestOf(values: ArrayLike<number>): number {
	let largest = -Infinity;
	for (let i = 0; i < values.length; i++) largest = Math.max(largest, values[i] ?? 0);
	return largest;
}
