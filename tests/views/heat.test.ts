import { describe, expect, test } from 'vitest';
import { extentOf, rootOf, SHADES, shadeOf, shadesOf, usualExtentOf } from '$lib/views/heat';
import { expertLetter, fixed, number, percent, tokenText } from '$lib/views/words';

describe('shades', () => {
	test('fix zero at neutral and keep the sign', () => {
		expect(shadeOf(0, 2)).toBe(0);
		expect(shadeOf(2, 2)).toBe(SHADES);
		expect(shadeOf(-1, 2)).toBe(-SHADES / 2);
		expect(shadeOf(99, 2)).toBe(SHADES);
	});

	test('draw each cell that shows, once', () => {
		const shades = shadesOf({
			...{ values: [1, -1, 0, 1], columns: 2, rows: 2, extent: 1 },
			shows: (row, column) => column <= row
		});
		const cells = shades.map(({ shade, path }) => [shade, path.match(/M/g)?.length]);
		expect(cells).toEqual([
			[SHADES, 2],
			[0, 1]
		]);
		expect(shades[0]?.path).toBe('M0 0h1v1h-1zM1 1h1v1h-1z');
	});

	test('do not let one outlier pale all others', () => {
		const values = [...Array.from({ length: 99 }, () => 1), 1000];
		expect(extentOf(values)).toBe(1000);
		expect(usualExtentOf(values)).toBe(1);
	});

	test('by roots keep the sign', () => {
		expect([rootOf(4), rootOf(-4), rootOf(0)]).toEqual([2, -2, 0]);
	});
});

describe('numbers in words', () => {
	test('carry a true minus sign and three digits', () => {
		expect(number(-1.23456)).toBe('−1.23');
		expect(number(0.00001)).toBe('1.0e−5');
		expect(number(-Infinity)).toBe('−∞');
		expect(fixed(-0.0001, 2)).toBe('0.00');
	});

	test('say shares as percentages', () => {
		expect(percent(0.4149)).toBe('41 %');
		expect(percent(0.0312)).toBe('3.1 %');
		expect(percent(0.00001)).toBe('< 0.1 %');
		expect(percent(0)).toBe('0 %');
	});

	test('give experts letters, and go on after Z', () => {
		expect([0, 25, 26].map(expertLetter)).toEqual(['A', 'Z', 'A1']);
	});

	test('make white space visible', () => {
		expect(tokenText(' llama')).toBe('llama');
		expect(tokenText('\n')).toBe('↵');
		expect(tokenText(' ')).toBe('␣');
	});
});
