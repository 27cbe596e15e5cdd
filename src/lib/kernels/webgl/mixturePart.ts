/** The feed-forward part of a layer with experts, in few programs. */
import type * as tf from '@tensorflow/tfjs-core';
import type { MixtureSizes } from '$lib/kernels/mixturePart';
import { sortRows } from './expertOrder';
import {
	byExpert,
	GATE_OF,
	gather,
	overPlaces,
	overPlacesTwice,
	scatteredBy,
	scattering,
	type Gated,
	type Gates
} from './expertPlaces';
import { glKernel, type Easel } from './glKernel';
import { addTokenSlopes, gateUpSlopes, hiddenOf, hiddenSlopes } from './network';
import { choiceDrawing } from './pick';
import { addProduct, addTwo, productDrawing } from './product';
import { half, script, type Drawing } from './program';
import { inverseRoots, normed, normSlopes } from './rmsNorm';
import { SWIGLU } from './swiGlu';

type Infos<Names extends string> = Readonly<Record<Names, tf.TensorInfo>>;
type Hidden = readonly [tf.TensorInfo, tf.TensorInfo, tf.TensorInfo];

glKernel<'x' | 'norm' | 'router', MixtureSizes>('Route', ({ x, norm, router }, sizes, easel) => {
	const { width, experts, eps } = sizes;
	const inverse = easel.draw(inverseRoots(x, width, eps));
	const z = easel.draw(normed({ x, weight: norm, inverse }));
	const logits = easel.draw(productDrawing('ab', z, router, [x.shape[0]!, width, experts]));
	return [inverse, z, logits, easel.draw(choiceDrawing(logits, sizes))];
});

/** The gates of choices, on the input or the output of the experts. */
function gatesOf(
	{ logits, chosen }: Infos<'logits' | 'chosen'>,
	{ gateOn }: MixtureSizes
): { all: Gates; onInput: Gates | null; onOutput: Gates | null } {
	const all: Gates = { from: 'logits', inputs: { logits, chosen } };
	const [onInput, onOutput] = gateOn === 'input' ? [all, null] : [null, all];
	return { all, onInput, onOutput };
}

/** Sizes that are written into programs. */
type Sides = { readonly width: number; readonly hidden: number };

const hiddenScript = script(({ width, hidden }: Sides) => {
	const at = (column: string) => `gateUpTexel(first + k, ${column})`;
	return {
		functions: SWIGLU,
		code: `int first = int(orderTexel(r, 0).y) * ${half(width)};
	${addTwo('ab', width, 'givenTexel(r, k)', [at('c'), at(`c + ${hidden / 2}`)])}
	made[2] = swiGlu(made[0], made[1]);`
	};
});

/** Gate, up and what comes of both, at every place by its expert. */
function hiddenAtPlaces(
	given: tf.TensorInfo,
	gateUp: tf.TensorInfo,
	order: tf.TensorInfo,
	{ width, hidden }: MixtureSizes
): Drawing {
	return {
		inputs: { given, gateUp, order },
		shape: [given.shape[0]!, hidden],
		count: 3,
		script: hiddenScript({ width, hidden })
	};
}

type Scattered = Gated & { readonly hidden: number };

const answerScript = script(({ hidden, ...gated }: Scattered) => ({
	functions: scatteredBy(gated),
	code: `vec4 sum = xTexel(r, c) + scattered(r, c);
	${addProduct('ab', hidden, 'innerTexel(r, k)', 'sharedDownTexel(k, c)')}
	return sum;`
}));

type Weight = 'gateUp' | 'down' | 'sharedGate' | 'sharedUp' | 'sharedDown';

glKernel<'x' | 'normed' | 'logits' | 'chosen' | Weight, MixtureSizes>(
	'MixturePart',
	(inputs, sizes, easel) => {
		const { x, normed: z, chosen, gateUp, down, sharedGate, sharedUp, sharedDown } = inputs;
		const { width, hidden } = sizes;
		const { onInput, onOutput } = gatesOf(inputs, sizes);
		const { order, starts } = sortRows(chosen, sizes, easel);
		const given = easel.draw(gather(z, onInput, order, sizes));
		const own = easel.drawAll(hiddenAtPlaces(given, gateUp, order, sizes)) as unknown as Hidden;
		const answer = easel.draw(byExpert('ab', own[2], down, order, [hidden, width]));
		const both = { x: z, gate: sharedGate, up: sharedUp };
		const shared = easel.drawAll(
			hiddenOf(both, { rows: x.shape[0]!, width, hidden })
		) as unknown as Hidden;
		const { inputs: read, lengths, gated } = scattering(answer, onOutput, order, sizes);
		const y = easel.draw({
			inputs: { x, inner: shared[2], sharedDown, ...read },
			shape: x.shape,
			lengths,
			script: answerScript({ ...gated, hidden })
		});
		return [y, order, starts, given, ...own, answer, ...shared];
	}
);

const placeSlopeScript = script(({ width, hidden }: Sides) => ({
	functions: SWIGLU,
	code: `int first = int(orderTexel(r, 0).y) * ${half(hidden)};
	vec4 sum = vec4(0);
	${addProduct('abT', width, 'dAnswerTexel(r, k)', 'downTexel(first + c, k)')}
	made[0] = sum * gateSlope(gatedTexel(r, c), raisedTexel(r, c));
	made[1] = sum * upSlope(gatedTexel(r, c));`
}));

/** Slopes of gate and up at every place. */
function slopesAtPlaces(
	dAnswer: tf.TensorInfo,
	{ down, order, gated, raised }: Infos<'down' | 'order' | 'gated' | 'raised'>,
	{ width, hidden }: MixtureSizes
): Drawing {
	return {
		inputs: { dAnswer, down, order, gated, raised },
		shape: gated.shape,
		count: 2,
		script: placeSlopeScript({ width, hidden })
	};
}

const givenSlopeScript = script(({ width, hidden }: Sides) => ({
	code: `int first = int(orderTexel(r, 0).y) * ${half(width)};
	vec4 sum = vec4(0);
	${addProduct('abT', hidden, 'dGatedTexel(r, k)', 'gateUpTexel(first + c, k)')}
	${addProduct('abT', hidden, 'dRaisedTexel(r, k)', `gateUpTexel(first + c, k + ${hidden / 2})`)}
	return sum;`
}));

/** Slopes of what every place was given. */
function slopesOfGiven(
	dGated: tf.TensorInfo,
	dRaised: tf.TensorInfo,
	{ gateUp, order }: Infos<'gateUp' | 'order'>,
	{ width, hidden }: MixtureSizes
): Drawing {
	return {
		inputs: { dGated, dRaised, gateUp, order },
		shape: [dGated.shape[0]!, width],
		script: givenSlopeScript({ width, hidden })
	};
}

const logitSlopeScript = script(({ choices, width }: { choices: number; width: number }) => ({
	functions: `${GATE_OF.logits}
float slope(int n, int choice) {
	int place = int(orderAt(n * ${choices} + choice, 2));
	vec2 sum = vec2(0);
	for (int k = 0; k < ${width >> 1}; k++) sum += atPlaceRow(place, k) * atTokenRow(n, k);
	${width % 2 === 0 ? '' : `sum.x += atPlaceRow(place, ${width >> 1}).x * atTokenRow(n, ${width >> 1}).x;`}
	return sum.x + sum.y;
}`,
	code: `vec4 sum = vec4(0);
	for (int i = 0; i < ${2 * choices}; i++) {
		int n = 2 * r + i / ${choices}, choice = i % ${choices};
		if (n * ${choices} >= rows) break;
		int expert = int(chosenAt(n, choice));
		if (expert / 2 != c) continue;
		float gate = gateOf(n, choice);
		sum[i / ${choices} * 2 + expert % 2] += slope(n, choice) * gate * (1. - gate);
	}
	return sum;`
}));

/**
 * Slopes of the logits: those of the gates, each the product of what stands at the choice's place and
 * at its token, through the sigmoid.
 */
function logitSlopes(
	atPlace: tf.TensorInfo,
	atToken: tf.TensorInfo,
	order: tf.TensorInfo,
	{ inputs }: Gates,
	{ rows, choices, experts, width }: MixtureSizes
): Drawing {
	return {
		inputs: { atPlace, atToken, order, ...inputs },
		shape: [rows / choices, experts],
		lengths: { rows },
		script: logitSlopeScript({ choices, width })
	};
}

type Routed = 'inverse' | 'normed' | 'logits' | 'chosen';
type Kept =
	| ('order' | 'starts' | 'given' | 'gated' | 'raised' | 'inner' | 'answer')
	| ('sharedGated' | 'sharedRaised' | 'sharedInner');
type All = Infos<'x' | 'norm' | 'router' | Routed | Weight | Kept | 'dy'>;

type Pair = readonly [tf.TensorInfo, tf.TensorInfo];

/** Slopes of gate and up at the places and, by the shared expert, at the tokens. */
interface HiddenSlopes {
	readonly dAnswer: tf.TensorInfo;
	readonly atPlaces: Pair;
	readonly atTokens: Pair;
}

/** Slopes of the matrices of all experts, in the order of the operation. */
function expertSlopes(
	{ normed: x, gateUp, down, starts, given, inner, sharedInner, dy }: All,
	{ dAnswer, atPlaces, atTokens }: HiddenSlopes,
	{ width, hidden }: MixtureSizes,
	easel: Easel
): tf.TensorInfo[] {
	const { draw, drawAll } = easel;
	const rows = x.shape[0]!;
	const slopes = { x, dGated: atTokens[0], dRaised: atTokens[1] };
	return [
		overPlacesTwice(given, atPlaces, starts, gateUp, easel),
		draw(overPlaces(inner, dAnswer, starts, down)),
		...drawAll(gateUpSlopes(slopes, { rows, width, hidden })),
		draw(productDrawing('aTb', sharedInner, dy, [hidden, rows, width]))
	];
}

const tokenSlopeScript = script(
	({ experts, hidden, ...gated }: Scattered & { experts: number }) => ({
		functions: scatteredBy(gated),
		code: `vec4 sum = scattered(r, c);
	${addTokenSlopes(hidden)}
	${addProduct('abT', experts, 'dLogitsTexel(r, k)', 'routerTexel(c, k)')}
	return sum;`
	})
);

/** Slopes of the normed tokens: through the experts, the shared expert and the router. */
function tokenSlopes(
	dGiven: tf.TensorInfo,
	[dGated, dRaised]: Pair,
	dLogits: tf.TensorInfo,
	all: All,
	sizes: MixtureSizes
): Drawing {
	const { normed: z, sharedGate: gate, sharedUp: up, router, order } = all;
	const { onInput } = gatesOf(all, sizes);
	const { inputs, lengths, gated } = scattering(dGiven, onInput, order, sizes);
	const { experts, hidden } = sizes;
	return {
		inputs: { dGated, dRaised, gate, up, dLogits, router, ...inputs },
		shape: z.shape,
		lengths,
		script: tokenSlopeScript({ ...gated, experts, hidden })
	};
}

glKernel<keyof All, MixtureSizes>('MixturePartGradient', (all, sizes, easel) => {
	const { x, norm: weight, inverse, normed: z, order, answer, dy } = all;
	const { width, hidden, experts, gateOn } = sizes;
	const rows = x.shape[0]!;
	const gates = gatesOf(all, sizes);
	const { draw, drawAll, free } = easel;
	const pairOf = (drawing: Drawing) => drawAll(drawing) as unknown as Pair;

	const dAnswer = draw(gather(dy, gates.onOutput, order, sizes));
	const atPlaces = pairOf(slopesAtPlaces(dAnswer, all, sizes));
	const dGiven = draw(slopesOfGiven(atPlaces[0], atPlaces[1], all, sizes));
	const shared = { dy, down: all.sharedDown, gated: all.sharedGated, raised: all.sharedRaised };
	const atTokens = pairOf(hiddenSlopes(shared, { rows, width, hidden }));
	const [atPlace, atToken] = gateOn === 'input' ? [dGiven, z] : [answer, dy];
	const dLogits = draw(logitSlopes(atPlace, atToken, order, gates.all, sizes));
	const dz = draw(tokenSlopes(dGiven, atTokens, dLogits, all, sizes));
	const dRouter = draw(productDrawing('aTb', z, dLogits, [width, rows, experts]));
	const made = expertSlopes(all, { dAnswer, atPlaces, atTokens }, sizes, easel);
	const own = normSlopes({ x, weight, inverse, dy: dz }, dy, easel);
	free(dAnswer, dGiven, dLogits, dz, ...atPlaces, ...atTokens);
	return [...own, dRouter, ...made];
});
