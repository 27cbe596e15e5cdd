/** A weight and the two running means that AdamW keeps for it. */
export interface AdamWState {
	weight: number;
	/** Running mean of the gradient. */
	mean: number;
	/** Running mean of the gradient's square. */
	square: number;
}

export interface AdamWSettings {
	learningRate: number;
	/** Share of the old gradient mean that each step keeps. */
	beta1: number;
	/** Share of the old mean of squares that each step keeps. */
	beta2: number;
	/** Keeps the division finite. */
	eps: number;
	/** Decoupled decay: the weight shrinks by `learningRate · weightDecay` of itself. */
	weightDecay: number;
}

/**
 * One AdamW update of one weight.
 *
 * @param step number of this update, from 1; it corrects the means' start at 0
 *
 * Source: Loshchilov & Hutter 2019, arXiv:1711.05101, algorithm 2, as in `torch.optim.AdamW`.
 */
export function adamWUpdate(
	{ weight, mean, square }: AdamWState,
	gradient: number,
	step: number,
	{ learningRate, beta1, beta2, eps, weightDecay }: AdamWSettings
): AdamWState {
	const nextMean = beta1 * mean + (1 - beta1) * gradient;
	const nextSquare = beta2 * square + (1 - beta2) * gradient ** 2;
	const direction =
		nextMean / (1 - beta1 ** step) / (Math.sqrt(nextSquare / (1 - beta2 ** step)) + eps);
	return {
		weight: weight * (1 - learningRate * weightDecay) - learningRate * direction,
		mean: nextMean,
		square: nextSquare
	};
}

/** Factor that shortens a gradient of this norm to `limit`; 1 where it is short enough or the limit is 0. */
export function clipFactor(norm: number, limit: number): number {
	return limit > 0 && norm > limit ? limit / norm : 1;
}
