import { describe, expect, test } from 'vitest';
import { bfloat16Bits, fromBfloat16Bits, fromFloat16Bits } from '$lib/math/halves';

describe('bfloat16', () => {
	test('is the upper half of a float32', () => {
		expect(bfloat16Bits(1)).toBe(0x3f80);
		expect(bfloat16Bits(-2)).toBe(0xc000);
		expect(fromBfloat16Bits(0x3fc0)).toBe(1.5);
	});

	test('rounds to the nearest, ties to even', () => {
		// The step above 1 is 1/128.
		expect(fromBfloat16Bits(bfloat16Bits(1 + 1 / 512))).toBe(1);
		expect(fromBfloat16Bits(bfloat16Bits(1 + 1 / 256))).toBe(1);
		expect(fromBfloat16Bits(bfloat16Bits(1 + 3 / 256))).toBe(1 + 2 / 128);
		expect(fromBfloat16Bits(bfloat16Bits(1 + 3 / 512))).toBe(1 + 1 / 128);
	});

	test('comes back for all 65,536 bit patterns but those of NaN', () => {
		for (let bits = 0; bits < 2 ** 16; bits++) {
			const value = fromBfloat16Bits(bits);
			if (!Number.isNaN(value) && bfloat16Bits(value) !== bits) expect.fail(`${bits}`);
		}
	});

	test('keeps NaN, infinities and the sign of zero', () => {
		expect(fromBfloat16Bits(bfloat16Bits(NaN))).toBeNaN();
		expect(fromBfloat16Bits(bfloat16Bits(-Infinity))).toBe(-Infinity);
		expect(fromBfloat16Bits(bfloat16Bits(3.4e38))).toBe(Infinity);
		expect(fromBfloat16Bits(bfloat16Bits(-0))).toBe(-0);
	});
});

describe('float16', () => {
	test.each([
		[0x3c00, 1],
		[0xc000, -2],
		[0x3555, 0.333251953125],
		[0x7bff, 65_504],
		[0x0001, 2 ** -24],
		[0x0400, 2 ** -14],
		[0x8000, -0],
		[0x7c00, Infinity],
		[0xfc00, -Infinity],
		[0x7e00, NaN]
	])('reads %i as %f', (bits, value) => {
		expect(fromFloat16Bits(bits)).toBe(value);
	});
});
