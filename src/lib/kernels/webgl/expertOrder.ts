import type * as tf from '@tensorflow/tfjs-core';
import type { Easel } from './glKernel';
import { half, script, type Drawing } from './program';

/*
 * A row is one choice of one token. Rows are sorted by expert into places, so that an expert's rows
 * lie together and products run over whole texels. Each expert starts at an even place: where it has
 * an odd number of rows, one place stays empty.
 */

/** Places for so many rows: at most one empty place per expert. */
export const placesOf = (rows: number, experts: number): number =>
	2 * half(rows + Math.min(rows, experts));

type Choices = {
	readonly choices: number;
	readonly experts: number;
};

type Sizes = Choices & { readonly rows: number };

/**
 * Sorts rows by expert, keeping their order within one.
 *
 * @returns `order`: its columns are the row at each place (−1 where it is empty), the place's expert,
 *   and the place of each row; `starts`: the first place of each expert, and after the last
 */
export function sortRows(
	chosen: tf.TensorInfo,
	sizes: Sizes,
	easel: Easel
): { order: tf.TensorInfo; starts: tf.TensorInfo } {
	const { rows, choices, experts } = sizes;
	const starts = easel.draw(startsOf(chosen, sizes));
	const order = easel.draw({
		inputs: { chosen, starts },
		shape: [placesOf(rows, experts), 4],
		dtype: 'int32',
		lengths: { rows },
		script: orderScript({ choices, experts })
	});
	return { order, starts };
}

/** GLSL: the experts of rows 2k and 2k + 1, counted from 1; 0 for a row that is not there. */
function idPairs({ choices }: Choices): string {
	const at = (row: string) => `chosenAt((${row}) / ${choices}, (${row}) % ${choices})`;
	const pair = choices === 1 ? 'chosenTexel(k, 0).xz' : `vec2(${at('2 * k')}, ${at('2 * k + 1')})`;
	return `vec2 idPair(int k) {
	vec2 ids = ${pair} + 1.;
	return 2 * k + 1 < rows ? ids : vec2(ids.x, 0);
}`;
}

const startScript = script(({ choices, experts }: Choices) => ({
	functions: idPairs({ choices, experts }),
	code: `int counts[${experts + 1}];
	for (int e = 0; e <= ${experts}; e++) counts[e] = 0;
	for (int k = 0; 2 * k < rows; k++) {
		ivec2 ids = ivec2(idPair(k));
		counts[ids.x]++;
		counts[ids.y]++;
	}
	int start = 0;
	for (int e = 1; e <= 2 * c; e++) start += (counts[e] + 1) / 2 * 2;
	return vec4(start, start + (counts[min(2 * c + 1, ${experts})] + 1) / 2 * 2, 0, 0);`
}));

/** The first place of each expert, and after the last. */
function startsOf(chosen: tf.TensorInfo, { rows, choices, experts }: Sizes): Drawing {
	return {
		inputs: { chosen },
		shape: [experts + 1],
		lengths: { rows },
		script: startScript({ choices, experts })
	};
}

const rowsAtPlaces = (experts: number) => `
vec4 rowsAtPlaces(int r) {
	int expert = 0;
	while (expert < ${experts - 1} && startsAt(0, expert + 1) <= float(2 * r)) expert++;
	int before = 2 * r - int(startsAt(0, expert));
	vec2 found = vec2(-1);
	for (int k = 0; 2 * k < rows; k++) {
		ivec2 id = ivec2(idPair(k));
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
	vec2 own = idPair(r);
	vec4 count = vec4(0);
	for (int k = 0; k < r; k++) count += vec4(equal(idPair(k).xyxy, own.xxyy));
	vec2 place = vec2(count.x + count.y, count.z + count.w + float(own.x == own.y));
	place.x += startsAt(0, int(own.x) - 1);
	if (own.y > 0.) place.y += startsAt(0, int(own.y) - 1);
	return vec4(place.x, 0, place.y, 0);
}`;

const orderScript = script((sizes: Choices) => ({
	functions: idPairs(sizes) + rowsAtPlaces(sizes.experts) + PLACES_OF_ROWS,
	code: 'return c == 0 ? rowsAtPlaces(r) : placesOfRows(r);'
}));
