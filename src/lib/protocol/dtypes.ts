import { fromBfloat16Bits, fromFloat16Bits } from '$lib/math/halves';

/** Bytes per number of each type that weights may be stored as. */
export const DTYPES = { F64: 8, F32: 4, F16: 2, BF16: 2, I32: 4, I8: 1, U8: 1 } as const;

export type Dtype = keyof typeof DTYPES;

export type TensorData =
	| Float64Array<ArrayBuffer>
	| Float32Array<ArrayBuffer>
	| Int32Array<ArrayBuffer>
	| Int8Array<ArrayBuffer>
	| Uint8Array<ArrayBuffer>;

export function isDtype(value: unknown): value is Dtype {
	return typeof value === 'string' && Object.hasOwn(DTYPES, value);
}

/** The numbers in some little-endian bytes, which the result takes over. Whole multiples only. */
export function decode(dtype: Dtype, bytes: Uint8Array<ArrayBuffer>): TensorData {
	const { buffer } = bytes;
	switch (dtype) {
		case 'F64':
			return new Float64Array(buffer);
		case 'F32':
			return new Float32Array(buffer);
		case 'F16':
			return Float32Array.from(new Uint16Array(buffer), fromFloat16Bits);
		case 'BF16':
			return Float32Array.from(new Uint16Array(buffer), fromBfloat16Bits);
		case 'I32':
			return new Int32Array(buffer);
		case 'I8':
			return new Int8Array(buffer);
		case 'U8':
			return bytes;
	}
}
