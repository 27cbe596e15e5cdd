import { describe, expect, test } from 'vitest';
import { meanDistance, withoutGaps } from '$lib/math/gaps';

describe('a drawn curve', () => {
	test('has its gaps filled with straight lines, and its ends held', () => {
		const curve = withoutGaps([null, 2, null, null, 5, null]);
		expect(curve).toEqual({ filled: [2, 2, 3, 4, 5, 5], open: 4 });
	});

	test('stays as it is without gaps', () => {
		expect(withoutGaps([1, 0, 1])).toEqual({ filled: [1, 0, 1], open: 0 });
	});

	test('with one point is level', () => {
		expect(withoutGaps([null, 0.5, null])?.filled).toEqual([0.5, 0.5, 0.5]);
	});

	test('without any point is none', () => {
		expect(withoutGaps([null, null])).toBeNull();
		expect(withoutGaps([])).toBeNull();
	});
});

test('the distance of two curves is the mean over their places', () => {
	expect(meanDistance([0, 1, 2], [1, 1, 0])).toBe(1);
});
