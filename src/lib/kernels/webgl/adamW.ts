import type * as tf from '@tensorflow/tfjs-core';
import type { AdamWAttributes, AdamWLeaf } from '$lib/kernels/adamW';
import { glKernel, type Easel } from './glKernel';
import { half } from './program';

/** Gradients that one program gathers; a program may read 16 textures. */
const GATHERED = 14;
/** Sums of squares before the last sum. */
const PARTS = 1024;

const sizeOf = (shape: readonly number[]) => shape.reduce((product, length) => product * length, 1);

/** GLSL: row and column in its sheets of number `at` of a tensor. */
function placeOf(shape: readonly number[]): string {
	const [rows, columns] = [shape.at(-2) ?? 1, shape.at(-1) ?? 1];
	const row = `at / ${columns}`;
	const padded = rows % 2 === 0 ? row : `${row} / ${rows} * ${rows + 1} + ${row} % ${rows}`;
	return `${padded}, at % ${columns}`;
}

/** Some gradients laid into the flat vector at their offsets; elsewhere it stays as `flat` has it. */
function lay(
	flat: tf.TensorInfo | null,
	grads: readonly (AdamWLeaf & { readonly info: tf.TensorInfo })[],
	size: number,
	{ draw }: Easel
): tf.TensorInfo {
	const own = grads.map(({ info }, i) => [`g${i}`, info] as const);
	const cases = grads.map(({ info: { shape }, offset }, i) => {
		const isInside = `number >= ${offset} && number < ${offset + sizeOf(shape)}`;
		return `if (${isInside}) { int at = number - ${offset}; return g${i}At(${placeOf(shape)}); }`;
	});
	return draw({
		inputs: { ...Object.fromEntries(own), ...(flat && { flat }) },
		shape: [size],
		functions: `float laid(int number) {
	${cases.join('\n\t')}
	return ${flat ? 'flatAt(0, number)' : '0.'};
}`,
		code: 'return vec4(laid(2 * c), laid(2 * c + 1), 0, 0);'
	});
}

/** All gradients one after the other. */
function flattened(
	grads: readonly (AdamWLeaf & { readonly info: tf.TensorInfo })[],
	size: number,
	easel: Easel
): tf.TensorInfo {
	let flat: tf.TensorInfo | null = null;
	for (let first = 0; first === 0 || first < grads.length; first += GATHERED) {
		const next: tf.TensorInfo = lay(flat, grads.slice(first, first + GATHERED), size, easel);
		if (flat) easel.free(flat);
		flat = next;
	}
	return flat!;
}

/** The norm of the gradient, then how much to shorten it by (0: not finite, change nothing). */
function measured(
	grad: tf.TensorInfo,
	loss: tf.TensorInfo,
	clipNorm: number,
	{ draw, free }: Easel
): tf.TensorInfo {
	const parts = draw({
		inputs: { grad },
		shape: [PARTS],
		code: `vec2 sum = vec2(0);
	for (int k = c; k < ${half(sizeOf(grad.shape))}; k += ${PARTS / 2}) {
		vec2 pair = gradTexel(0, k).xy;
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

/** A moment after the update; `term` is what the clipped gradient `g` adds to it. */
const moment = (
	old: tf.TensorInfo,
	grad: tf.TensorInfo,
	measure: tf.TensorInfo,
	beta: number,
	term: string
) => ({
	inputs: { old, grad, measure },
	shape: old.shape,
	numbers: { beta, rest: 1 - beta },
	code: `float clip = measureAt(0, 1);
	vec4 before = oldTexel(0, c);
	if (clip == 0.) return before;
	vec4 g = gradTexel(0, c) * clip;
	return beta * before + rest * ${term};`
});

/** A weight after the update. */
function updated(
	weight: tf.TensorInfo,
	{ offset, decays }: AdamWLeaf,
	moments: Record<'mean' | 'square' | 'measure', tf.TensorInfo>,
	{ rate, epsilon, shrink }: AdamWAttributes
) {
	const [rows, columns] = [weight.shape.at(-2) ?? 1, weight.shape.at(-1) ?? 1];
	const isPaired = offset % 2 === 0 && columns % 2 === 0;
	const pair = (name: string) =>
		isPaired ? `${name}Texel(0, at >> 1).xy` : `vec2(${name}At(0, at), ${name}At(0, at + 1))`;
	return {
		inputs: { weight, ...moments },
		shape: weight.shape,
		numbers: { rate, epsilon, shrink: decays ? shrink : 1 },
		functions: `vec2 change(int row, int c) {
	int at = ${offset} + (row / ${2 * half(rows)} * ${rows} + row % ${2 * half(rows)}) * ${columns} + 2 * c;
	return rate * ${pair('mean')} / (sqrt(${pair('square')}) + epsilon);
}`,
		code: `vec4 before = weightTexel(r, c);
	if (measureAt(0, 1) == 0.) return before;
	return shrink * before - vec4(change(2 * r, c), change(2 * r + 1, c));`
	};
}

glKernel<string, AdamWAttributes>('AdamW', (inputs, attributes, easel) => {
	const { leaves, betaMean, betaSquare, clipNorm } = attributes;
	const old = { mean: inputs['mean']!, square: inputs['square']! };
	const grads = leaves.map((leaf, i) => ({ ...leaf, info: inputs[`g${i}`]! }));
	const grad = flattened(grads, sizeOf(old.mean.shape), easel);
	const measure = measured(grad, inputs['loss']!, clipNorm, easel);
	const mean = easel.draw(moment(old.mean, grad, measure, betaMean, 'g'));
	const square = easel.draw(moment(old.square, grad, measure, betaSquare, 'g * g'));
	const gradNorm = easel.draw({
		inputs: { measure },
		shape: [],
		code: 'return vec4(measureAt(0, 0), 0, 0, 0);'
	});
	const weights = leaves.map((leaf, i) =>
		easel.draw(updated(inputs[`w${i}`]!, leaf, { mean, square, measure }, attributes))
	);
	easel.free(grad, measure);
	return [mean, square, gradNorm, ...weights];
});
