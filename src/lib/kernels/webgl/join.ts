import type * as tf from '@tensorflow/tfjs-core';
import { glKernel } from './glKernel';
import type { Drawing } from './program';

/** A tensor with the place of its first number in a vector. */
export interface Laid {
	readonly info: tf.TensorInfo;
	readonly offset: number;
}

const sizeOf = (shape: readonly number[]) => shape.reduce((product, length) => product * length, 1);

/** GLSL: row and column in its sheets of number `at` of a tensor. */
function placeOf(shape: readonly number[]): string {
	const [rows, columns] = [shape.at(-2) ?? 1, shape.at(-1) ?? 1];
	const row = `at / ${columns}`;
	const padded = rows % 2 === 0 ? row : `${row} / ${rows} * ${rows + 1} + ${row} % ${rows}`;
	return `${padded}, at % ${columns}`;
}

/** Numbers `first` to `end` of a vector in which tensors lie; 0 where none does. */
export function layOut(parts: readonly Laid[], first: number, end: number): Drawing {
	const cases = parts.map(({ info: { shape }, offset }, i) => {
		const isInside = `number >= ${offset} && number < ${offset + sizeOf(shape)}`;
		return `if (${isInside}) { int at = number - ${offset}; return p${i}At(${placeOf(shape)}); }`;
	});
	return {
		inputs: Object.fromEntries(parts.map(({ info }, i) => [`p${i}`, info])),
		shape: [end - first],
		functions: `float laid(int number) {
	${cases.join('\n\t')}
	return 0.;
}`,
		code: `return vec4(laid(${first} + 2 * c), laid(${first + 1} + 2 * c), 0, 0);`
	};
}

glKernel<string, { places: readonly number[] }>('Join', (inputs, { places }, { draw }) => {
	const parts = Object.values(inputs).map((info, i) => ({ info, offset: places[i]! }));
	return [draw(layOut(parts, 0, places.at(-1)!))];
});
