/**
 * Divides a vector by its root mean square, then multiplies by a weight per number, if there is one:
 * `x / √(mean(x²) + eps) · weight`. Without a weight it is Llama 4's QK-norm; the result then has a
 * length of √n (n numbers), not 1.
 *
 * Source: `RMSNorm` and `rmsnorm`, meta-llama/llama-models, models/llama4/model.py; Hugging Face
 * names the weightless one `Llama4TextL2Norm`.
 */
export function rmsNorm(
	x: ArrayLike<number>,
	eps: number,
	weight: ArrayLike<number> | null = null
): Float64Array<ArrayBuffer> {
	let squares = 0;
	for (let i = 0; i < x.length; i++) squares += (x[i] ?? 0) ** 2;
	const factor = 1 / Math.sqrt(squares / x.length + eps);
	return Float64Array.from(x, (value, i) => value * factor * (weight?.[i] ?? 1));
}
