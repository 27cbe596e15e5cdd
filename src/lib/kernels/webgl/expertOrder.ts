import type * as tf from '@tensorflow/tfjs-core';
import type { Easel } from './glKernel';
import { half } from './program';

/*
 * A row is one choice of one token. Rows are sorted by expert into places, so that an expert's rows
 * lie together and products run over whole texels. Each expert starts at an even place: where it has
 * an odd number of rows, one place stays empty.
 */

/** Places for so many rows: at most one empty place per expert. */
export const placesOf = (rows: number, experts: number): number =>
	2 * half(rows + Math.min(rows, experts));

interface Sizes {
	readonly rows: number;
	readonly choices: number;
	readonly experts: number;
}

/**
 * Sorts rows by expert, keeping their order within one.
 *
 * @returns `order`: its columns are the row at each place (−1 where it is empty), the place's expert,
 *   and the place of each row; `starts`: the first place of each expert, and after the last
 */
export function sortRows(
	chosen: tf.TensorInfo,
	{ rows, choices, experts }: Sizes,
	easel: Easel
): { order: tf.TensorInfo; starts: tf.TensorInfo } {
	const { draw, free } = easel;
	// Counted from 1, so that 0 is no expert.
	const ids = draw({
		inputs: { chosen },
		shape: [rows],
		code: `ivec2 row = ivec2(2 * c, 2 * c + 1);
	return vec4(
		chosenAt(row.x / ${choices}, row.x % ${choices}) + 1.,
		chosenAt(row.y / ${choices}, row.y % ${choices}) + 1., 0, 0);`
	});
	const starts = startsOf(ids, rows, experts, easel);
	const order = draw({
		inputs: { ids, starts },
		shape: [placesOf(rows, experts), 4],
		dtype: 'int32',
		lengths: { rows },
		functions: rowsAtPlaces(experts) + PLACES_OF_ROWS,
		code: 'return c == 0 ? rowsAtPlaces(r) : placesOfRows(r);'
	});
	free(ids);
	return { order, starts };
}

/** The first place of each expert, and after the last. */
function startsOf(
	ids: tf.TensorInfo,
	rows: number,
	experts: number,
	{ draw, free }: Easel
): tf.TensorInfo {
	const counts = draw({
		inputs: { ids },
		shape: [experts],
		lengths: { rows },
		code: `vec4 count = vec4(0), wanted = vec4(2 * c + 1, 2 * c + 2, 2 * c + 1, 2 * c + 2);
	for (int k = 0; 2 * k < rows; k++) count += vec4(equal(idsTexel(0, k).xxyy, wanted));
	return vec4(count.xy + count.zw, 0, 0);`
	});
	const starts = draw({
		inputs: { counts },
		shape: [experts + 1],
		code: `float start = 0.;
	for (int k = 0; k < c; k++) {
		vec2 whole = ceil(countsTexel(0, k).xy / 2.) * 2.;
		start += whole.x + whole.y;
	}
	return vec4(start, start + ceil(countsTexel(0, c).x / 2.) * 2., 0, 0);`
	});
	free(counts);
	return starts;
}

const rowsAtPlaces = (experts: number) => `
vec4 rowsAtPlaces(int r) {
	int expert = 0;
	while (expert < ${experts - 1} && startsAt(0, expert + 1) <= float(2 * r)) expert++;
	int before = 2 * r - int(startsAt(0, expert));
	vec2 found = vec2(-1);
	for (int k = 0; 2 * k < rows; k++) {
		ivec2 id = ivec2(idsTexel(0, k).xy);
		for (int i = 0; i < 2; i++) {
			if (id[i] != expert + 1) continue;
			if (before == 0) found.x = float(2 * k + i);
			if (before == -1) found.y = float(2 * k + i);
			before--;
		}
		if (before < -1) break;
	}
	return vec4(found.x, expert, found.y, expert);
}`;

const PLACES_OF_ROWS = `
vec4 placesOfRows(int r) {
	vec2 own = idsTexel(0, r).xy;
	vec4 count = vec4(0);
	for (int k = 0; k < r; k++) count += vec4(equal(idsTexel(0, k).xyxy, own.xxyy));
	vec2 place = vec2(count.x + count.y, count.z + count.w + float(own.x == own.y));
	place.x += startsAt(0, int(own.x) - 1);
	if (own.y > 0.) place.y += startsAt(0, int(own.y) - 1);
	return vec4(place.x, 0, place.y, 0);
}`;
