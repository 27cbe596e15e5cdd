import type * as tf from '@tensorflow/tfjs-core';
import { sortRows } from './expertOrder';
import {
	byExpert,
	gather,
	overPlaces,
	scatteredBy,
	scattering,
	type Gated,
	type Gates
} from './expertPlaces';
import { glKernel, type Easel } from './glKernel';
import { half, script, type Drawing } from './program';
import { SWIGLU } from './swiGlu';

interface Sizes {
	readonly rows: number;
	readonly choices: number;
	readonly experts: number;
	readonly width: number;
	readonly hidden: number;
	readonly gateOn: 'input' | 'output';
}

const gatesIn = (gate: tf.TensorInfo): Gates => ({ from: 'gates', inputs: { gate } });

const scatterScript = script((gated: Gated) => ({
	functions: scatteredBy(gated),
	code: 'return scattered(r, c);'
}));

/** Each token's sum of what stands at the places of its choices. */
function scatter(
	answer: tf.TensorInfo,
	gate: Gates | null,
	order: tf.TensorInfo,
	shape: number[],
	sizes: Sizes
): Drawing {
	const { gated, ...read } = scattering(answer, gate, order, sizes);
	return { ...read, shape, script: scatterScript(gated) };
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

const innerScript = script((hidden: number) => ({
	functions: halves(hidden),
	code: 'return swiGlu(gated(r, c), up(r, c));'
}));

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
			script: innerScript(F)
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

const throughScript = script((hidden: number) => {
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
		functions: hidden % 2 === 0 ? halves(hidden) : SWIGLU,
		code: hidden % 2 === 0 ? even : odd
	};
});

/** From d inner to d gate and d up, side by side. */
function throughSwiGlu(raised: tf.TensorInfo, dInner: tf.TensorInfo, hidden: number): Drawing {
	return { inputs: { raised, dInner }, shape: raised.shape, script: throughScript(hidden) };
}

const gateSlopeScript = script(({ choices, width }: { choices: number; width: number }) => ({
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
}));

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
		script: gateSlopeScript({ choices, width })
	});
}
