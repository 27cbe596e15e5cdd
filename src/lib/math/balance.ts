/**
 * How evenly tokens spread over experts, and losses that even them out. The losses are ours to offer:
 * no released Llama 4 code has one, and how Meta kept its experts balanced is not public.
 */
import { logSumExp, softmax } from './softmax';

/** Share of all choices that went to each expert; all 0 when there are no choices. */
export function load(chosen: ArrayLike<number>, experts: number): Float64Array<ArrayBuffer> {
	const shares = new Float64Array(experts);
	for (let i = 0; i < chosen.length; i++) {
		const expert = chosen[i] ?? 0;
		shares[expert] = (shares[expert] ?? 0) + 1 / chosen.length;
	}
	return shares;
}

/** Largest load over the fair share: 1 when all are equal, the number of experts when one takes all. */
export function imbalance(shares: ArrayLike<number>): number {
	let largest = 0;
	for (let i = 0; i < shares.length; i++) largest = Math.max(largest, shares[i] ?? 0);
	return largest * shares.length;
}

/**
 * The load-balance loss of Switch Transformers, `E · Σ load · P`, with P the mean softmax of the router
 * logits over the tokens. 1 when both are even. Only P carries a gradient. Not Llama 4's published recipe.
 *
 * @param logits router logits, row-major [tokens, experts]
 * @param chosen indices of the chosen experts, any number per token
 *
 * Source: Fedus, Zoph, Shazeer 2021, arXiv:2101.03961, equations 4 to 6.
 */
export function balanceLoss(
	logits: Float64Array | Float32Array,
	chosen: ArrayLike<number>,
	experts: number
): number {
	const shares = load(chosen, experts);
	const tokens = logits.length / experts;
	let sum = 0;
	for (let token = 0; token < tokens; token++) {
		softmax(logits.subarray(token * experts, (token + 1) * experts)).forEach((p, expert) => {
			sum += (p / tokens) * (shares[expert] ?? 0);
		});
	}
	return experts * sum;
}

/**
 * The router z-loss: mean over the tokens of `(ln Σ exp(logits))²`. It keeps logits small. Not Llama 4's
 * published recipe.
 *
 * @param logits router logits, row-major [tokens, experts]
 *
 * Source: Zoph et al. 2022 (ST-MoE), arXiv:2202.08906, equation 5.
 */
export function zLoss(logits: Float64Array | Float32Array, experts: number): number {
	const tokens = logits.length / experts;
	let sum = 0;
	for (let token = 0; token < tokens; token++) {
		sum += logSumExp(logits.subarray(token * experts, (token + 1) * experts)) ** 2;
	}
	return sum / tokens;
}
