/** Between tokens and the places of their choices, and products by the expert of each place. */
import type * as tf from '@tensorflow/tfjs-core';
import { placesOf } from './expertOrder';
import type { Easel } from './glKernel';
import { addBlock, addProduct, eachBetween, type Form } from './product';
import { half, script, type Drawing } from './program';

interface Sizes {
	readonly rows: number;
	readonly choices: number;
	readonly experts: number;
	readonly width: number;
}

/** Where a program finds the gate of a choice: in a tensor of gates, or in that of the logits. */
export interface Gates {
	readonly from: 'gates' | 'logits';
	readonly inputs: Readonly<Record<string, tf.TensorInfo>>;
}

/** GLSL of `float gateOf(int n, int choice)`. */
export const GATE_OF: Record<Gates['from'], string> = {
	gates: 'float gateOf(int n, int choice) { return gateAt(n, choice); }',
	logits: `float gateOf(int n, int choice) {
	return 1. / (1. + exp(-logitsAt(n, int(chosenAt(n, choice)))));
}`
};

/** The choices of a token, and where their gates are where they count. */
export type Gated = { readonly gates: Gates['from'] | null; readonly choices: number };

const gatherScript = script(({ gates, choices }: Gated) => {
	const factor = gates ? `gateOf(row / ${choices}, row % ${choices}) *` : '';
	return {
		functions: `${gates ? GATE_OF[gates] : ''}
vec2 given(int row, int c) {
	return row < 0 ? vec2(0) : ${factor} xRow(row / ${choices}, c);
}`,
		code: `ivec2 row = ivec2(orderTexel(r, 0).xz);
	return vec4(given(row.x, c), given(row.y, c));`
	};
});

/** Each place gets its token's numbers, times the gate where said; an empty place gets 0. */
export function gather(
	x: tf.TensorInfo,
	gate: Gates | null,
	order: tf.TensorInfo,
	{ rows, choices, experts, width }: Sizes
): Drawing {
	return {
		inputs: { x, order, ...gate?.inputs },
		shape: [placesOf(rows, experts), width],
		script: gatherScript({ gates: gate?.from ?? null, choices })
	};
}

/**
 * GLSL of `vec4 scattered(int r, int c)`: each token's sum of what stands at the places of its
 * choices, times the gates where said.
 */
export const scatteredBy = ({ gates, choices }: Gated): string => `${gates ? GATE_OF[gates] : ''}
vec2 added(int n, int c) {
	vec2 sum = vec2(0);
	for (int i = 0; i < ${choices}; i++) {
		int place = int(orderAt(n * ${choices} + i, 2));
		sum += ${gates ? 'gateOf(n, i) * ' : ''}answerRow(place, c);
	}
	return sum;
}
vec4 scattered(int r, int c) {
	return vec4(added(2 * r, c), 2 * r + 1 < tokens ? added(2 * r + 1, c) : vec2(0));
}`;

/** What a program with `scatteredBy` reads: inputs and a length, and the sizes for its GLSL. */
export function scattering(
	answer: tf.TensorInfo,
	gate: Gates | null,
	order: tf.TensorInfo,
	{ rows, choices }: Sizes
): Required<Pick<Drawing, 'inputs' | 'lengths'>> & { readonly gated: Gated } {
	return {
		inputs: { answer, order, ...gate?.inputs },
		lengths: { tokens: rows / choices },
		gated: { gates: gate?.from ?? null, choices }
	};
}

type ByExpert = { readonly form: Form; readonly inner: number; readonly rowsEach: number };

const byExpertScript = script(({ form, inner, rowsEach }: ByExpert) => {
	const start = `first + ${form === 'ab' ? 'k, c' : 'c, k'}`;
	return {
		code: `int first = int(orderTexel(r, 0).y) * ${rowsEach};
	vec4 sum = vec4(0);
	${addProduct(form, inner, 'aTexel(r, k)', `weightsTexel(${start})`)}
	return sum;`
	};
});

/** Every place times the matrix of its expert, [inner, columns] or transposed. */
export function byExpert(
	form: Form,
	a: tf.TensorInfo,
	weights: tf.TensorInfo,
	order: tf.TensorInfo,
	[inner, columns]: readonly [number, number]
): Drawing {
	return {
		inputs: { a, weights, order },
		shape: [a.shape[0]!, columns],
		script: byExpertScript({ form, inner, rowsEach: half(weights.shape[1]!) })
	};
}

/** GLSL: the expert of a block of matrices, the block's row in the expert's own, and the expert's places. */
const placesOfExpert = (rows: number) => `int expert = r / ${rows}, row = r % ${rows};
	int from = int(startsAt(0, expert)) / 2, to = int(startsAt(0, expert + 1)) / 2;`;

const overPlacesScript = script((rowsEach: number) => {
	const product = `vec4 p = aTexel(k, row), q = bTexel(k, c); ${addBlock('aTb')}`;
	return {
		code: `${placesOfExpert(rowsEach)}
	vec4 sum = vec4(0);
	${eachBetween('from', 'to', product)}
	return sum;`
	};
});

/** Gradient of every expert's matrix, from the expert's own places; exactly 0 where it has none. */
export function overPlaces(
	a: tf.TensorInfo,
	b: tf.TensorInfo,
	starts: tf.TensorInfo,
	weights: tf.TensorInfo
): Drawing {
	return {
		inputs: { a, b, starts },
		shape: weights.shape,
		script: overPlacesScript(half(weights.shape[1]!))
	};
}

const twiceScript = script((rowsEach: number) => {
	const products = `vec4 p = aTexel(k, row), q = dGatedTexel(k, c); ${addBlock('aTb', 'made[0]')}
		q = dRaisedTexel(k, c); ${addBlock('aTb', 'made[1]')}`;
	return {
		code: `${placesOfExpert(rowsEach)}
	made[0] = vec4(0);
	made[1] = vec4(0);
	${eachBetween('from', 'to', products)}`
	};
});

const sideBySide = script((columns: number) => ({
	code: `return c < ${columns} ? gateTexel(r, c) : upTexel(r, c - ${columns});`
}));

/**
 * `overPlaces` for two matrices that lie side by side: the gate's, then the up's.
 *
 * @param slopes of gate and up at the places; as wide as each matrix, an even number of columns
 */
export function overPlacesTwice(
	a: tf.TensorInfo,
	[dGated, dRaised]: readonly [tf.TensorInfo, tf.TensorInfo],
	starts: tf.TensorInfo,
	weights: tf.TensorInfo,
	{ draw, drawAll, free }: Easel
): tf.TensorInfo {
	const [experts, width, both] = weights.shape as [number, number, number];
	const [gate, up] = drawAll({
		inputs: { a, dGated, dRaised, starts },
		shape: [experts, width, both / 2],
		count: 2,
		script: twiceScript(half(width))
	}) as [tf.TensorInfo, tf.TensorInfo];
	const made = draw({
		inputs: { gate, up },
		shape: weights.shape,
		script: sideBySide(both / 4)
	});
	free(gate, up);
	return made;
}
