type Array32 = Float32Array;

/** Some weights with their gradient and their part of both moments. */
export interface AdamWArrays {
	readonly weight: Array32;
	readonly grad: Array32;
	readonly mean: Array32;
	readonly square: Array32;
}

/** The numbers of one update as these weights need them; the bias corrections are drawn in. */
export interface AdamWSizes {
	readonly rate: number;
	readonly epsilon: number;
	/** Shortens the gradient. */
	readonly clip: number;
	/** Decays the weight. */
	readonly shrink: number;
	readonly betaMean: number;
	readonly betaSquare: number;
}

/** Smallest normal float32: what is smaller is slow to compute with, and moves nothing. */
const TINIEST = 2 ** -126;

const kept = (moment: number) => (Math.abs(moment) < TINIEST ? 0 : moment);

/** The sum of all squares, in double precision. */
export function sumOfSquaresLoop(numbers: Array32): number {
	let sum = 0;
	for (let i = 0; i < numbers.length; i++) sum += numbers[i]! * numbers[i]!;
	return sum;
}

/** One update of the weights and both their moments, in place. */
export function adamWLoop(
	{ weight, grad, mean, square }: AdamWArrays,
	{ rate, epsilon, clip, shrink, betaMean, betaSquare }: AdamWSizes
): void {
	for (let i = 0; i < weight.length; i++) {
		const g = grad[i]! * clip;
		const m = kept(betaMean * mean[i]! + (1 - betaMean) * g);
		const v = kept(betaSquare * square[i]! + (1 - betaSquare) * g * g);
		mean[i] = m;
		square[i] = v;
		weight[i] = shrink * weight[i]! - (rate * m) / (Math.sqrt(v) + epsilon);
	}
}

/** The moments of weights that do not learn: as with a gradient of 0. */
export function fadeLoop(
	mean: Array32,
	square: Array32,
	{ betaMean, betaSquare }: Pick<AdamWSizes, 'betaMean' | 'betaSquare'>
): void {
	for (let i = 0; i < mean.length; i++) {
		mean[i] = kept(betaMean * mean[i]!);
		square[i] = kept(betaSquare * square[i]!);
	}
}
