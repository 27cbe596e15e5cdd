/**
 * Rotary positions: each pair of neighbouring numbers of a query or key is turned by an angle that
 * grows with the position, fast in the first pair and slowly in the last.
 */

/** The llama3 rule that slows slow rotations further, so that they fit a longer context. */
export interface RopeScalingRule {
	factor: number;
	/** Wavelengths longer than `originalLength / lowFactor` are divided by `factor`. */
	lowFactor: number;
	/** Wavelengths shorter than `originalLength / highFactor` stay. */
	highFactor: number;
	/** Positions, 8192 in Llama 4. */
	originalLength: number;
}

export interface RopeSettings {
	/** Base of the frequencies, 500000 in Llama 4. */
	theta: number;
	scaling: RopeScalingRule | null;
}

/** The reference computes rotations in float32; float64 is for exact comparisons. */
export type Precision = 'float32' | 'float64';

const rounding = (precision: Precision): ((x: number) => number) =>
	precision === 'float32' ? Math.fround : (x) => x;

/**
 * Angle per position of each pair, in radians: `theta^(-2i / headWidth)` for pair i, then scaled.
 *
 * Source: `precompute_freqs_cis`, meta-llama/llama-models, models/llama4/model.py.
 */
export function inverseFrequencies(
	headWidth: number,
	{ theta, scaling }: RopeSettings,
	precision: Precision = 'float32'
): Float64Array<ArrayBuffer> {
	const round = rounding(precision);
	return Float64Array.from({ length: headWidth / 2 }, (_, pair) => {
		const frequency = round(1 / round(theta ** round((2 * pair) / headWidth)));
		return scaling ? scaleFrequency(frequency, scaling, precision) : frequency;
	});
}

/**
 * One frequency by the llama3 rule: a wavelength below `originalLength / highFactor` stays, one above
 * `originalLength / lowFactor` is divided by `factor`, between them the two are mixed. With equal
 * factors, as in Scout, there is no between: a wavelength exactly on the border stays.
 *
 * Source: `apply_scaling`, meta-llama/llama-models, models/llama4/model.py, and
 * `_compute_llama3_parameters`, huggingface/transformers, modeling_rope_utils.py.
 */
export function scaleFrequency(
	frequency: number,
	{ factor, lowFactor, highFactor, originalLength }: RopeScalingRule,
	precision: Precision = 'float32'
): number {
	const round = rounding(precision);
	const length = round(wavelength(frequency));
	if (length > originalLength / lowFactor) return round(frequency / factor);
	if (length < originalLength / highFactor || highFactor === lowFactor) return frequency;
	const kept = round((originalLength / length - lowFactor) / (highFactor - lowFactor));
	return round(round((1 - kept) * round(frequency / factor)) + round(kept * frequency));
}

/** Positions until a pair has turned once. */
export function wavelength(frequency: number): number {
	return (2 * Math.PI) / frequency;
}

/** The cosine and sine of each position and pair, row-major [positions, pairs]. */
export interface Rotations {
	pairs: number;
	cos: Float64Array<ArrayBuffer>;
	sin: Float64Array<ArrayBuffer>;
}

/**
 * The rotations of some absolute positions. In `float32` every number is one that float32 has, as in
 * the reference, where angles of far positions carry float32's error.
 */
export function rotations(
	positions: ArrayLike<number>,
	headWidth: number,
	settings: RopeSettings,
	precision: Precision = 'float32'
): Rotations {
	const round = rounding(precision);
	const frequencies = inverseFrequencies(headWidth, settings, precision);
	const pairs = frequencies.length;
	const cos = new Float64Array(positions.length * pairs);
	const sin = new Float64Array(positions.length * pairs);
	for (let i = 0; i < cos.length; i++) {
		const position = round(positions[Math.floor(i / pairs)] ?? 0);
		const angle = round(position * (frequencies[i % pairs] ?? 0));
		cos[i] = round(Math.cos(angle));
		sin[i] = round(Math.sin(angle));
	}
	return { pairs, cos, sin };
}

/**
 * Turns the adjacent pairs (0, 1), (2, 3), … of a query or key by row `row` of the rotations.
 *
 * Source: `apply_rotary_emb`, meta-llama/llama-models, models/llama4/model.py.
 */
export function rotate(
	vector: ArrayLike<number>,
	{ pairs, cos, sin }: Rotations,
	row: number
): Float64Array<ArrayBuffer> {
	const turned = new Float64Array(2 * pairs);
	for (let pair = 0; pair < pairs; pair++) {
		const [x, y] = [vector[2 * pair] ?? 0, vector[2 * pair + 1] ?? 0];
		const [c, s] = [cos[row * pairs + pair] ?? 0, sin[row * pairs + pair] ?? 0];
		turned[2 * pair] = x * c - y * s;
		turned[2 * pair + 1] = x * s + y * c;
	}
	return turned;
}
