import type * as tf from '@tensorflow/tfjs-core';
import { glKernel } from './glKernel';
import { divided, script, type Drawing } from './program';

/** A tensor with the place of its first number in a vector. */
export interface Laid {
	readonly info: tf.TensorInfo;
	readonly offset: number;
}

const sizeOf = (shape: readonly number[]) => shape.reduce((product, length) => product * length, 1);

/** GLSL: the row in its sheets of number `at` of a tensor. */
function rowOf(shape: readonly number[]): string {
	const [rows, columns] = [shape.at(-2) ?? 1, shape.at(-1) ?? 1];
	const row = divided('at', columns).whole;
	if (rows % 2 === 0) return row;
	const { whole, rest } = divided(row, rows);
	return `${whole} * ${rows + 1} + ${rest}`;
}

/** The shape of a tensor with the place of its first number. */
type Place = { readonly shape: readonly number[]; readonly offset: number };

const laid = script(({ parts, first }: { parts: readonly Place[]; first: number }) => {
	const widthOf = ({ shape }: Place) => shape.at(-1) ?? 1;
	const isPaired = parts.every((part) => widthOf(part) % 2 === 0 && part.offset % 2 === 0);
	const type = isPaired ? 'vec2' : 'float';
	const cases = parts.map((part, i) => {
		const { shape, offset } = part;
		const isInside = `number >= ${offset} && number < ${offset + sizeOf(shape)}`;
		const column = divided('at', widthOf(part)).rest;
		const read = isPaired ? `Row(${rowOf(shape)}, ${column} >> 1)` : `At(${rowOf(shape)}, ${column})`; // prettier-ignore
		return `if (${isInside}) { int at = number - ${offset}; return p${i}${read}; }`;
	});
	return {
		functions: `${type} laid(int number) {
	${cases.join('\n\t')}
	return ${type}(0);
}`,
		code: isPaired
			? `return vec4(laid(${first} + 2 * c), 0, 0);`
			: `return vec4(laid(${first} + 2 * c), laid(${first + 1} + 2 * c), 0, 0);`
	};
});

/** Numbers `first` to `end` of a vector in which tensors lie; 0 where none does. `first` is even. */
export function layOut(parts: readonly Laid[], first: number, end: number): Drawing {
	const places = parts.map(({ info, offset }) => ({ shape: info.shape, offset }));
	return {
		inputs: Object.fromEntries(parts.map(({ info }, i) => [`p${i}`, info])),
		shape: [end - first],
		script: laid({ parts: places, first })
	};
}

glKernel<string, { places: readonly number[] }>('Join', (inputs, { places }, { draw }) => {
	const parts = Object.values(inputs).map((info, i) => ({ info, offset: places[i]! }));
	return [draw(layOut(parts, 0, places.at(-1)!))];
});
