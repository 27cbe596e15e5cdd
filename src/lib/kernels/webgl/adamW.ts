import type * as tf from '@tensorflow/tfjs-core';
import type { AdamWAttributes, AdamWLeaf } from '$lib/kernels/adamW';
import { glKernel, type Easel } from './glKernel';
import { layOut } from './join';
import { divided, half, type Drawing } from './program';

/** Gradients that one program gathers; a program may read 16 textures. */
const GATHERED = 15;
/** Sums of squares before the last sum. */
const PARTS = 1024;

const sizeOf = (shape: readonly number[]) => shape.reduce((product, length) => product * length, 1);

/** A gradient with its place in the flat vectors. */
type Grad = AdamWLeaf & { readonly info: tf.TensorInfo };

/** A stretch of all gradients, one after the other, from an even place on; 0 before its own. */
interface Stretch {
	readonly info: tf.TensorInfo;
	readonly first: number;
	readonly end: number;
}

/** Some gradients that follow each other, as one vector. */
function stretchOf(grads: readonly Grad[], { draw }: Easel): Stretch {
	const last = grads.at(-1)!;
	const first = 2 * Math.floor(grads[0]!.offset / 2);
	const end = 2 * half(last.offset + sizeOf(last.info.shape));
	return { info: draw(layOut(grads, first, end)), first: first / 2, end: end / 2 };
}

/** All gradients in stretches that may share the two numbers where they meet. */
function stretchesOf(grads: readonly Grad[], easel: Easel): Stretch[] {
	const count = Math.ceil(grads.length / GATHERED);
	return Array.from({ length: count }, (_, i) =>
		stretchOf(grads.slice(i * GATHERED, (i + 1) * GATHERED), easel)
	);
}

/** GLSL: numbers 2k and 2k + 1 of all gradients. */
const pairOf = (stretches: readonly Stretch[]) => `vec2 gradPair(int k) {
	vec2 pair = vec2(0);
	${stretches
		.map(
			({ first, end }, i) =>
				`if (k >= ${first} && k < ${end}) pair += s${i}Texel(0, k - ${first}).xy;`
		)
		.join('\n\t')}
	return pair;
}`;

const inputsOf = (stretches: readonly Stretch[]) =>
	Object.fromEntries(stretches.map(({ info }, i) => [`s${i}`, info]));

/** The norm of the gradient, then how much to shorten it by (0: not finite, change nothing). */
function measured(
	stretches: readonly Stretch[],
	size: number,
	loss: tf.TensorInfo,
	clipNorm: number,
	{ draw, free }: Easel
): tf.TensorInfo {
	const parts = draw({
		inputs: inputsOf(stretches),
		shape: [PARTS],
		functions: pairOf(stretches),
		code: `vec2 sum = vec2(0);
	for (int k = c; k < ${half(size)}; k += ${PARTS / 2}) {
		vec2 pair = gradPair(k);
		sum += pair * pair;
	}
	return vec4(sum, 0, 0);`
	});
	const measure = draw({
		inputs: { parts, loss },
		shape: [2],
		numbers: { clipNorm },
		functions: `bool isFinite(float value) {
	return (floatBitsToUint(value) & 0x7f800000u) != 0x7f800000u;
}`,
		code: `vec2 sum = vec2(0);
	for (int k = 0; k < ${PARTS / 2}; k++) sum += partsTexel(0, k).xy;
	float norm = sqrt(sum.x + sum.y);
	float clip = clipNorm > 0. ? clipNorm / max(norm, clipNorm) : 1.;
	return vec4(norm, isFinite(norm) && isFinite(lossAt(0, 0)) ? clip : 0., 0, 0);`
	});
	free(parts);
	return measure;
}

/** Both moments after the update. */
function moments(
	old: Readonly<Record<'mean' | 'square', tf.TensorInfo>>,
	stretches: readonly Stretch[],
	measure: tf.TensorInfo,
	{ betaMean, betaSquare }: AdamWAttributes
): Drawing {
	return {
		inputs: { ...old, ...inputsOf(stretches), measure },
		shape: old.mean.shape,
		count: 2,
		numbers: {
			...{ betaMean, betaSquare },
			...{ restOfMean: 1 - betaMean, restOfSquare: 1 - betaSquare }
		},
		functions: pairOf(stretches),
		code: `float clip = measureAt(0, 1);
	made[0] = meanTexel(0, c);
	made[1] = squareTexel(0, c);
	if (clip == 0.) return;
	vec4 g = vec4(gradPair(c) * clip, 0, 0);
	made[0] = betaMean * made[0] + restOfMean * g;
	made[1] = betaSquare * made[1] + restOfSquare * g * g;`
	};
}

/** A weight with its place in the flat vectors. */
type Weight = AdamWLeaf & { readonly info: tf.TensorInfo };

/** Some weights of one shape after the update. */
function updated(
	weights: readonly Weight[],
	known: Readonly<Record<'mean' | 'square' | 'measure', tf.TensorInfo>>,
	{ rate, epsilon, shrink }: AdamWAttributes
): Drawing {
	const { shape } = weights[0]!.info;
	const [rows, columns] = [shape.at(-2) ?? 1, shape.at(-1) ?? 1];
	const isPaired = columns % 2 === 0 && weights.every(({ offset }) => offset % 2 === 0);
	const pair = (name: string) =>
		isPaired ? `${name}Texel(0, at >> 1).xy` : `vec2(${name}At(0, at), ${name}At(0, at + 1))`;
	const { whole, rest } = divided('2 * r', 2 * half(rows));
	const rowBelow = `${whole} * ${rows} + ${rest}`;
	return {
		inputs: { ...Object.fromEntries(weights.map(({ info }, i) => [`w${i}`, info])), ...known },
		shape,
		count: weights.length,
		lengths: Object.fromEntries(weights.map(({ offset }, i) => [`offset${i}`, offset])),
		numbers: {
			...{ rate, epsilon },
			...Object.fromEntries(weights.map(({ decays }, i) => [`shrink${i}`, decays ? shrink : 1]))
		},
		functions: `vec2 change(int at) {
	return rate * ${pair('mean')} / (sqrt(${pair('square')}) + epsilon);
}`,
		code: `int at = (${rowBelow}) * ${columns} + 2 * c;
	bool isStill = measureAt(0, 1) == 0.;
	${weights
		.map(
			(_, i) => `made[${i}] = w${i}Texel(r, c);
	if (!isStill) made[${i}] = shrink${i} * made[${i}] - vec4(change(offset${i} + at), change(offset${i} + at + ${columns}));`
		)
		.join('\n\t')}`
	};
}

/** Places of equal shapes, as many together as one program can make. */
function groupsOf(shapes: readonly (readonly number[])[], most: number): number[][] {
	const open = new Map<string, number[]>();
	const groups: number[][] = [];
	shapes.forEach((shape, place) => {
		const group = open.get(shape.join());
		if (group && group.length < most) {
			group.push(place);
			return;
		}
		const next = [place];
		open.set(shape.join(), next);
		groups.push(next);
	});
	return groups;
}

glKernel<string, AdamWAttributes>('AdamW', (inputs, attributes, easel) => {
	const { leaves, clipNorm } = attributes;
	const old = { mean: inputs['mean']!, square: inputs['square']! };
	const size = sizeOf(old.mean.shape);
	const stretches = stretchesOf(
		leaves.map((leaf, i) => ({ ...leaf, info: inputs[`g${i}`]! })),
		easel
	);
	const measure = measured(stretches, size, inputs['loss']!, clipNorm, easel);
	const [mean, square] = easel.drawAll(moments(old, stretches, measure, attributes));
	const known = { mean: mean!, square: square!, measure };
	const gradNorm = easel.draw({
		inputs: { measure },
		shape: [],
		code: 'return vec4(measureAt(0, 0), 0, 0, 0);'
	});
	const weights = leaves.map((leaf, i) => ({ ...leaf, info: inputs[`w${i}`]! }));
	const next: tf.TensorInfo[] = [];
	for (const group of groupsOf(
		weights.map(({ info }) => info.shape),
		easel.mostMade
	)) {
		const made = easel.drawAll(
			updated(
				group.map((i) => weights[i]!),
				known,
				attributes
			)
		);
		group.forEach((place, i) => (next[place] = made[i]!));
	}
	easel.free(measure, ...stretches.map(({ info }) => info));
	return [known.mean, known.square, gradNorm, ...next];
});
