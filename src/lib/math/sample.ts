import type { Random } from './random';
import { topK as largest } from './route';
import { softmax } from './softmax';

/** How the next token is drawn. */
export interface Sampling {
	/** Divides the logits; 0 takes the likeliest token, 1 leaves the model's own distribution. */
	temperature?: number;
	/** Only so many of the likeliest tokens may be drawn. */
	topK?: number;
	/** Only the fewest likeliest tokens whose probabilities sum to at least this may be drawn. */
	topP?: number;
}

/**
 * The distribution from which the next token is drawn: logits over temperature, then top-k, then top-p,
 * then scaled to sum to 1. Of equal logits the lower token counts as likelier.
 *
 * @throws RangeError if a setting is out of range or a logit is NaN or +∞, or all are −∞
 */
export function samplingDistribution(
	logits: ArrayLike<number>,
	{ temperature = 1, topK = logits.length, topP = 1 }: Sampling = {}
): Float64Array<ArrayBuffer> {
	requireSampling(temperature, topK, topP);
	requireLogits(logits);
	const order = largest(logits, temperature === 0 ? 1 : Math.min(topK, logits.length));
	const heights = order.map((token) => (logits[token] ?? 0) / (temperature || 1));
	const shares = softmax(heights);
	let kept = 0;
	let sum = 0;
	while (kept < order.length && (kept === 0 || sum < topP)) sum += shares[kept++] ?? 0;
	const distribution = new Float64Array(logits.length);
	for (let rank = 0; rank < kept; rank++) {
		distribution[order[rank] ?? 0] = (shares[rank] ?? 0) / sum;
	}
	return distribution;
}

/**
 * Draws the next token.
 *
 * @throws RangeError as `samplingDistribution`
 */
export function sampleToken(logits: ArrayLike<number>, sampling: Sampling, random: Random): number {
	return draw(samplingDistribution(logits, sampling), random);
}

/** Draws an index with the probability that stands there. An index with probability 0 is never drawn. */
export function draw(probabilities: ArrayLike<number>, random: Random): number {
	let left = random.next();
	let last = 0;
	for (let index = 0; index < probabilities.length; index++) {
		const probability = probabilities[index] ?? 0;
		if (probability <= 0) continue;
		last = index;
		left -= probability;
		if (left < 0) break;
	}
	return last;
}

function requireSampling(temperature: number, topK: number, topP: number): void {
	if (!(temperature >= 0 && temperature < Infinity)) {
		throw new RangeError(`temperature must be a number of at least 0, got ${temperature}`);
	}
	if (!(Number.isInteger(topK) && topK >= 1)) {
		throw new RangeError(`topK must be a whole number of at least 1, got ${topK}`);
	}
	if (!(topP > 0 && topP <= 1))
		throw new RangeError(`topP must be above 0 and at most 1, got ${topP}`);
}

function requireLogits(logits: ArrayLike<number>): void {
	let hasOne = false;
	for (let token = 0; token < logits.length; token++) {
		const logit = logits[token] ?? NaN;
		if (Number.isNaN(logit) || logit === Infinity) {
			throw new RangeError(`the logit of token ${token} is ${logit}`);
		}
		if (logit !== -Infinity) hasOne = true;
	}
	if (!hasOne) throw new RangeError('no token has a finite logit');
}
