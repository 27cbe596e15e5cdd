/** A drawn curve may have gaps; a curve to compute with may not. */

/**
 * Fills the gaps of a drawn curve: between two points in a straight line, before the first and after
 * the last at their height. A curve without any point stays without: the answer is null.
 *
 * @param points heights at evenly spaced places, null where nothing was drawn
 * @returns the filled curve and how many points were open
 */
export function withoutGaps(
	points: readonly (number | null)[]
): { filled: number[]; open: number } | null {
	const drawn = points.flatMap((height, at) => (height === null ? [] : [{ at, height }]));
	const [first] = drawn;
	const last = drawn.at(-1);
	if (!first || !last) return null;
	const filled = points.map((height, at) => {
		if (height !== null) return height;
		const after = drawn.find((point) => point.at > at) ?? last;
		const before = drawn.findLast((point) => point.at < at) ?? first;
		if (after.at === before.at) return before.height;
		if (at < before.at || at > after.at) return at < first.at ? first.height : last.height;
		const share = (at - before.at) / (after.at - before.at);
		return before.height + share * (after.height - before.height);
	});
	return { filled, open: points.length - drawn.length };
}

/** The mean distance of two curves over the same places. */
export function meanDistance(one: readonly number[], other: readonly number[]): number {
	const misses = one.map((height, at) => Math.abs(height - (other[at] ?? height)));
	return misses.reduce((sum, miss) => sum + miss, 0) / one.length;
}
