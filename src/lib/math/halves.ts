/** Numbers in 16 bits, as weights are stored: bfloat16 and IEEE half precision (float16). */

const word = new DataView(new ArrayBuffer(4));

/** The bits of the bfloat16 nearest to a number, ties to even; NaN stays NaN. */
export function bfloat16Bits(value: number): number {
	if (Number.isNaN(value)) return 0x7fc0;
	word.setFloat32(0, value);
	const bits = word.getUint32(0);
	const isOdd = (bits >>> 16) & 1;
	return ((bits + 0x7fff + isOdd) >>> 16) & 0xffff;
}

/** The number that 16 bits stand for as bfloat16: the upper half of a float32. */
export function fromBfloat16Bits(bits: number): number {
	word.setUint32(0, bits << 16);
	return word.getFloat32(0);
}

/** The number that 16 bits stand for as float16: 1 sign, 5 exponent and 10 fraction bits. */
export function fromFloat16Bits(bits: number): number {
	const sign = bits & 0x8000 ? -1 : 1;
	const exponent = (bits >>> 10) & 0x1f;
	const fraction = bits & 0x3ff;
	if (exponent === 0) return sign * fraction * 2 ** -24;
	if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN;
	return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
