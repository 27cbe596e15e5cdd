import type * as tf from '@tensorflow/tfjs-core';
import { placesOf, sortRows } from './expertOrder';
import { glKernel, type Easel } from './glKernel';
import { addBlock, addProduct, eachBetween, type Form } from './product';
import { half, type Drawing } from './program';
import { SWIGLU } from './swiGlu';

interface Sizes {
	readonly rows: number;
	readonly choices: number;
	readonly experts: number;
	readonly width: number;
	readonly hidden: number;
	readonly gateOn: 'input' | 'output';
}

/** Where a program finds the gate of a choice: GLSL of `float gateOf(int n, int choice)`. */
export interface Gates {
	readonly inputs: Readonly<Record<string, tf.TensorInfo>>;
	readonly functions: string;
}

const gatesIn = (gate: tf.TensorInfo): Gates => ({
	inputs: { gate },
	functions: 'float gateOf(int n, int choice) { return gateAt(n, choice); }'
});

/** Each place gets its token's numbers, times the gate where said; an empty place gets 0. */
export function gather(
	x: tf.TensorInfo,
	gate: Gates | null,
	order: tf.TensorInfo,
	{ rows, choices, experts, width }: Sizes
): Drawing {
	const factor = gate ? `gateOf(row / ${choices}, row % ${choices}) *` : '';
	return {
		inputs: { x, order, ...gate?.inputs },
		shape: [placesOf(rows, experts), width],
		functions: `${gate?.functions ?? ''}
vec2 given(int row, int c) {
	return row < 0 ? vec2(0) : ${factor} xRow(row / ${choices}, c);
}`,
		code: `ivec2 row = ivec2(orderTexel(r, 0).xz);
	return vec4(given(row.x, c), given(row.y, c));`
	};
}

/**
 * What a program needs so that each token adds up what stands at the places of its choices, times the
 * gates where said: GLSL of `vec4 scattered(int r, int c)`, and a length.
 */
export function scattering(
	answer: tf.TensorInfo,
	gate: Gates | null,
	order: tf.TensorInfo,
	{ rows, choices }: Sizes
): Required<Pick<Drawing, 'inputs' | 'lengths' | 'functions'>> {
	return {
		inputs: { answer, order, ...gate?.inputs },
		lengths: { tokens: rows / choices },
		functions: `${gate?.functions ?? ''}
vec2 added(int n, int c) {
	vec2 sum = vec2(0);
	for (int i = 0; i < ${choices}; i++) {
		int place = int(orderAt(n * ${choices} + i, 2));
		sum += ${gate ? 'gateOf(n, i) * ' : ''}answerRow(place, c);
	}
	return sum;
}
vec4 scattered(int r, int c) {
	return vec4(added(2 * r, c), 2 * r + 1 < tokens ? added(2 * r + 1, c) : vec2(0));
}`
	};
}

/** Every place times the matrix of its expert, [inner, columns] or transposed. */
export function byExpert(
	form: Form,
	a: tf.TensorInfo,
	weights: tf.TensorInfo,
	order: tf.TensorInfo,
	[inner, columns]: readonly [number, number]
): Drawing {
	const start = `first + ${form === 'ab' ? 'k, c' : 'c, k'}`;
	return {
		inputs: { a, weights, order },
		shape: [a.shape[0]!, columns],
		code: `int first = int(orderTexel(r, 0).y) * ${half(weights.shape[1]!)};
	vec4 sum = vec4(0);
	${addProduct(form, inner, 'aTexel(r, k)', `weightsTexel(${start})`)}
	return sum;`
	};
}

/** Each token's sum of what stands at the places of its choices. */
function scatter(
	answer: tf.TensorInfo,
	gate: Gates | null,
	order: tf.TensorInfo,
	shape: number[],
	sizes: Sizes
): Drawing {
	const code = 'return scattered(r, c);';
	return { ...scattering(answer, gate, order, sizes), shape, code };
}

/** GLSL: the expert of a block of matrices, the block's row in the expert's own, and the expert's places. */
const placesOfExpert = (rows: number) => `int expert = r / ${rows}, row = r % ${rows};
	int from = int(startsAt(0, expert)) / 2, to = int(startsAt(0, expert + 1)) / 2;`;

/** Gradient of every expert's matrix, from the expert's own places; exactly 0 where it has none. */
export function overPlaces(
	a: tf.TensorInfo,
	b: tf.TensorInfo,
	starts: tf.TensorInfo,
	weights: tf.TensorInfo
): Drawing {
	const product = `vec4 p = aTexel(k, row), q = bTexel(k, c); ${addBlock('aTb')}`;
	return {
		inputs: { a, b, starts },
		shape: weights.shape,
		code: `${placesOfExpert(half(weights.shape[1]!))}
	vec4 sum = vec4(0);
	${eachBetween('from', 'to', product)}
	return sum;`
	};
}

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
	const products = `vec4 p = aTexel(k, row), q = dGatedTexel(k, c); ${addBlock('aTb', 'made[0]')}
		q = dRaisedTexel(k, c); ${addBlock('aTb', 'made[1]')}`;
	const [gate, up] = drawAll({
		inputs: { a, dGated, dRaised, starts },
		shape: [experts, width, both / 2],
		count: 2,
		code: `${placesOfExpert(half(width))}
	made[0] = vec4(0);
	made[1] = vec4(0);
	${eachBetween('from', 'to', products)}`
	}) as [tf.TensorInfo, tf.TensorInfo];
	const made = draw({
		inputs: { gate, up },
		shape: weights.shape,
		code: `return c < ${both / 4} ? gateTexel(r, c) : upTexel(r, c - ${both / 4});`
	});
	free(gate, up);
	return made;
}

/** GLSL: the gate and the up of a block of `raised`; with an odd size the halves lie askew. */
function halves(hidden: number): string {
	const up =
		hidden % 2 === 0
			? `return raisedTexel(r, c + ${half(hidden)});`
			: `int at = 2 * c + ${hidden};
	return vec4(raisedAt(2 * r, at), raisedAt(2 * r, at + 1), raisedAt(2 * r + 1, at), raisedAt(2 * r + 1, at + 1));`;
	return `${SWIGLU}
vec4 gated(int r, int c) { return raisedTexel(r, c); }
vec4 up(int r, int c) { ${up} }`;
}

glKernel<'x' | 'gate' | 'chosen' | 'gateUp' | 'down', Sizes>(
	'RoutedExperts',
	({ x, gate, chosen, gateUp, down }, sizes, easel) => {
		const { width: D, hidden: F, gateOn } = sizes;
		const [onInput, onOutput] = gateOn === 'input' ? [gatesIn(gate), null] : [null, gatesIn(gate)];
		const { order, starts } = sortRows(chosen, sizes, easel);
		const given = easel.draw(gather(x, onInput, order, sizes));
		const raised = easel.draw(byExpert('ab', given, gateUp, order, [D, 2 * F]));
		const inner = easel.draw({
			inputs: { raised },
			shape: [given.shape[0]!, F],
			functions: halves(F),
			code: 'return swiGlu(gated(r, c), up(r, c));'
		});
		const answer = easel.draw(byExpert('ab', inner, down, order, [F, D]));
		const y = easel.draw(scatter(answer, onOutput, order, x.shape, sizes));
		return [y, order, starts, given, raised, inner, answer];
	}
);

type Kept = 'x' | 'gate' | 'gateUp' | 'down' | 'order' | 'starts' | 'given' | 'raised' | 'inner';

glKernel<Kept | 'answer' | 'dy', Sizes>('RoutedExpertsGradient', (kept, sizes, easel) => {
	const { x, gate, gateUp, down, order, starts, given, raised, inner, answer, dy } = kept;
	const { width: D, hidden: F, gateOn } = sizes;
	const [onInput, onOutput] = gateOn === 'input' ? [gatesIn(gate), null] : [null, gatesIn(gate)];
	const dAnswer = easel.draw(gather(dy, onOutput, order, sizes));
	const dInner = easel.draw(byExpert('abT', dAnswer, down, order, [D, F]));
	const dRaised = easel.draw(throughSwiGlu(raised, dInner, F));
	const dGiven = easel.draw(byExpert('abT', dRaised, gateUp, order, [2 * F, D]));
	const made = [
		easel.draw(scatter(dGiven, onInput, order, x.shape, sizes)),
		gateOn === 'input'
			? gateSlopes(dGiven, x, order, gate, sizes, easel)
			: gateSlopes(answer, dy, order, gate, sizes, easel),
		easel.draw(overPlaces(given, dRaised, starts, gateUp)),
		easel.draw(overPlaces(inner, dAnswer, starts, down))
	];
	easel.free(dAnswer, dInner, dRaised, dGiven);
	return made;
});

/** From d inner to d gate and d up, side by side. */
function throughSwiGlu(raised: tf.TensorInfo, dInner: tf.TensorInfo, hidden: number) {
	const even = `int at = c % ${half(hidden)};
	vec4 slope = c < ${half(hidden)} ? gateSlope(gated(r, at), up(r, at)) : upSlope(gated(r, at));
	return slope * dInnerTexel(r, at);`;
	const odd = `vec4 made;
	for (int i = 0; i < 4; i++) {
		int row = 2 * r + i / 2, column = 2 * c + i % 2, at = column % ${hidden};
		vec4 gate = vec4(raisedAt(row, at)), up = vec4(raisedAt(row, at + ${hidden}));
		made[i] = (column < ${hidden} ? gateSlope(gate, up) : upSlope(gate)).x * dInnerAt(row, at);
	}
	return made;`;
	return {
		inputs: { raised, dInner },
		shape: raised.shape,
		functions: hidden % 2 === 0 ? halves(hidden) : SWIGLU,
		code: hidden % 2 === 0 ? even : odd
	};
}

/** d gate of each choice: the product of what stands at its place and at its token. */
function gateSlopes(
	atPlace: tf.TensorInfo,
	atToken: tf.TensorInfo,
	order: tf.TensorInfo,
	gate: tf.TensorInfo,
	{ rows, choices, width }: Sizes,
	{ draw }: Easel
): tf.TensorInfo {
	return draw({
		inputs: { atPlace, atToken, order },
		shape: gate.shape,
		lengths: { rows },
		functions: `float slope(int n, int choice) {
	int row = n * ${choices} + choice;
	if (choice >= ${choices} || row >= rows) return 0.;
	int place = int(orderAt(row, 2));
	float sum = 0.;
	for (int k = 0; k < ${half(width)}; k++) {
		vec2 both = atPlaceRow(place, k) * atTokenRow(n, k);
		sum += both.x${width % 2 === 0 ? ' + both.y' : ` + (k < ${half(width) - 1} ? both.y : 0.)`};
	}
	return sum;
}`,
		code: `return vec4(
		slope(2 * r, 2 * c), slope(2 * r, 2 * c + 1),
		slope(2 * r + 1, 2 * c), slope(2 * r + 1, 2 * c + 1));`
	});
}
