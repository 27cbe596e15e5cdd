import { expect, test } from 'vitest';
import { eachRow, middleSwapped, transposed } from '$lib/math/table';

test('eachRow puts the result of every row below the last', () => {
	const sums = eachRow(Float64Array.of(1, 2, 3, 4, 5, 6), 3, (row, i) =>
		Float64Array.of(i, row[0]! + row[2]!)
	);
	expect([...sums]).toEqual([0, 4, 1, 10]);
});

test('transposed exchanges rows and columns', () => {
	expect([...transposed([1, 2, 3, 4, 5, 6], 2, 3)]).toEqual([1, 4, 2, 5, 3, 6]);
});

test('middleSwapped exchanges positions and heads and keeps the numbers of a head together', () => {
	// One sequence, two positions, three heads of two numbers: pair pXhY is 10 · X + Y, then 100 more.
	const pairs = (order: [number, number][]) =>
		order.flatMap(([p, h]) => [10 * p + h, 100 + 10 * p + h]);
	const byPosition = pairs([[0, 0], [0, 1], [0, 2], [1, 0], [1, 1], [1, 2]]); // prettier-ignore
	const byHead = pairs([[0, 0], [1, 0], [0, 1], [1, 1], [0, 2], [1, 2]]); // prettier-ignore
	expect([...middleSwapped(Float64Array.from(byPosition), [1, 2, 3, 2])]).toEqual(byHead);
});
