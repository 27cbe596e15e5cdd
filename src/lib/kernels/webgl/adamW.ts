import type * as tf from '@tensorflow/tfjs-core';
import type { AdamWAttributes, AdamWLeaf } from '$lib/kernels/adamW';
import { glKernel, type Easel } from './glKernel';
import { layOut } from './join';
import { divided, half, script, type Drawing } from './program';

/** Textures that one program may read: every WebGL 2 has room for so many. */
const UNITS = 16;
/** Tensors that one program gathers. */
const GATHERED = 15;
/** Stretches that the programs read which read the most beside them: three more. */
const MOST_STRETCHES = UNITS - 3;
/** Sums of squares before the last sum. */
const PARTS = 1024;

const sizeOf = (shape: readonly number[]) => shape.reduce((product, length) => product * length, 1);

/** Something in groups of so many and a rest. */
const inGroups = <Item>(items: readonly Item[], most: number): Item[][] =>
	Array.from({ length: Math.ceil(items.length / most) }, (_, i) =>
		items.slice(i * most, (i + 1) * most)
	);

/** A tensor with its place in the flat vectors of all weights. */
type Leaf = AdamWLeaf & { readonly info: tf.TensorInfo };

/** Pairs of numbers of all gradients, the first and the one after the last. */
type Bounds = { readonly first: number; readonly end: number };

/** A stretch of all gradients, one after the other, as a vector; 0 before its own. */
interface Stretch extends Bounds {
	readonly info: tf.TensorInfo;
}

/** Some gradients that follow each other, as one vector. */
function stretchOf(grads: readonly Leaf[], { draw }: Easel): Stretch {
	const last = grads.at(-1)!;
	const first = Math.floor(grads[0]!.offset / 2);
	const end = half(last.offset + sizeOf(last.info.shape));
	return { info: draw(layOut(grads, 2 * first, 2 * end)), first, end };
}

const boundsOf = (stretches: readonly Stretch[]): Bounds[] =>
	stretches.map(({ first, end }) => ({ first, end }));

/** GLSL: numbers 2k and 2k + 1 of all gradients. */
const pairOf = (stretches: readonly Bounds[]) => `vec2 gradPair(int k) {
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

const longer = script((stretches: readonly Bounds[]) => ({
	functions: pairOf(stretches),
	code: `return vec4(gradPair(c + ${stretches[0]!.first}), 0, 0);`
}));

/** Some stretches that follow each other, as one. */
function longerOf(stretches: readonly Stretch[], { draw, free }: Easel): Stretch {
	const [{ first }, { end }] = [stretches[0]!, stretches.at(-1)!];
	const info = draw({
		inputs: inputsOf(stretches),
		shape: [2 * (end - first)],
		script: longer(boundsOf(stretches))
	});
	free(...stretches.map((stretch) => stretch.info));
	return { info, first, end };
}

/** All gradients in few stretches, which may share the two numbers where they meet. */
function stretchesOf(grads: readonly Leaf[], easel: Easel): Stretch[] {
	let stretches = inGroups(grads, GATHERED).map((group) => stretchOf(group, easel));
	while (stretches.length > MOST_STRETCHES) {
		stretches = inGroups(stretches, GATHERED).map((group) => longerOf(group, easel));
	}
	return stretches;
}

const squareSums = script(
	({ stretches, size }: { stretches: readonly Bounds[]; size: number }) => ({
		functions: pairOf(stretches),
		code: `vec2 sum = vec2(0);
	for (int k = c; k < ${half(size)}; k += ${PARTS / 2}) {
		vec2 pair = gradPair(k);
		sum += pair * pair;
	}
	return vec4(sum, 0, 0);`
	})
);

const measureScript = script(() => ({
	functions: `bool isFinite(float value) {
	return (floatBitsToUint(value) & 0x7f800000u) != 0x7f800000u;
}`,
	code: `vec2 sum = vec2(0);
	for (int k = 0; k < ${PARTS / 2}; k++) sum += partsTexel(0, k).xy;
	float norm = sqrt(sum.x + sum.y);
	float clip = clipNorm > 0. ? clipNorm / max(norm, clipNorm) : 1.;
	return vec4(norm, isFinite(norm) && isFinite(lossAt(0, 0)) ? clip : 0., 0, 0);`
}));

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
		script: squareSums({ stretches: boundsOf(stretches), size })
	});
	const measure = draw({
		inputs: { parts, loss },
		shape: [2],
		numbers: { clipNorm },
		script: measureScript()
	});
	free(parts);
	return measure;
}

const momentScript = script((stretches: readonly Bounds[]) => ({
	functions: pairOf(stretches),
	code: `float clip = measureAt(0, 1);
	made[0] = meanTexel(0, c);
	made[1] = squareTexel(0, c);
	if (clip == 0.) return;
	vec4 g = vec4(gradPair(c) * clip, 0, 0);
	made[0] = betaMean * made[0] + restOfMean * g;
	made[1] = betaSquare * made[1] + restOfSquare * g * g;`
}));

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
		script: momentScript(boundsOf(stretches))
	};
}

/** Weights of one shape, some of which may lie at odd places. */
type Alike = {
	readonly rows: number;
	readonly columns: number;
	readonly count: number;
	readonly isEven: boolean;
};

const updateScript = script(({ rows, columns, count, isEven }: Alike) => {
	const pair = (name: string) =>
		isEven && columns % 2 === 0
			? `${name}Texel(0, at >> 1).xy`
			: `vec2(${name}At(0, at), ${name}At(0, at + 1))`;
	const { whole, rest } = divided('2 * r', 2 * half(rows));
	const each = Array.from(
		{ length: count },
		(_, i) => `made[${i}] = w${i}Texel(r, c);
	if (!isStill) made[${i}] = shrink${i} * made[${i}] - vec4(change(offset${i} + at), change(offset${i} + at + ${columns}));`
	);
	return {
		functions: `vec2 change(int at) {
	return rate * ${pair('mean')} / (sqrt(${pair('square')}) + epsilon);
}`,
		code: `int at = (${whole} * ${rows} + ${rest}) * ${columns} + 2 * c;
	bool isStill = measureAt(0, 1) == 0.;
	${each.join('\n\t')}`
	};
});

/** Some weights of one shape after the update. */
function updated(
	weights: readonly Leaf[],
	known: Readonly<Record<'mean' | 'square' | 'measure', tf.TensorInfo>>,
	{ rate, epsilon, shrink }: AdamWAttributes
): Drawing {
	const { shape } = weights[0]!.info;
	const [rows, columns] = [shape.at(-2) ?? 1, shape.at(-1) ?? 1];
	const isEven = weights.every(({ offset }) => offset % 2 === 0);
	return {
		inputs: { ...Object.fromEntries(weights.map(({ info }, i) => [`w${i}`, info])), ...known },
		shape,
		count: weights.length,
		lengths: Object.fromEntries(weights.map(({ offset }, i) => [`offset${i}`, offset])),
		numbers: {
			...{ rate, epsilon },
			...Object.fromEntries(weights.map(({ decays }, i) => [`shrink${i}`, decays ? shrink : 1]))
		},
		script: updateScript({ rows, columns, count: weights.length, isEven })
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

const normScript = script(() => ({ code: 'return vec4(measureAt(0, 0), 0, 0, 0);' }));

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
	const gradNorm = easel.draw({ inputs: { measure }, shape: [], script: normScript() });
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
