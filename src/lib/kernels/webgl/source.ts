/** The source of a program: the GLSL of its script, and around it what reads and writes textures. */
import * as tf from '@tensorflow/tfjs-core';
import { divided, half, type Drawing, type Glsl } from './program';

/** Sheets that do not fit into a texture row by row: texels follow each other, and rows wrap. */
interface Wrap {
	readonly columns: number;
	readonly isOneRow: boolean;
	/** Whether floats cannot tell all texels apart. */
	readonly isLarge: boolean;
}

interface Input {
	readonly name: string;
	readonly wrap: Wrap | null;
}

/** What a source depends on beside its script: plain data, so that its JSON is its key. */
interface Outline {
	readonly inputs: readonly Input[];
	readonly made: {
		readonly wrap: Wrap | null;
		/** Rows of texels in each sheet of a pile; 0 where there is one sheet. */
		readonly rowsEach: number;
		/** How many tensors, where the drawing says so. */
		readonly count: number | null;
	};
	readonly lengths: readonly string[];
	readonly numbers: readonly string[];
}

/** The source of a drawing's program: its key now, its text when it is asked for. */
export function sourceOf(drawing: Drawing): { key: string; write: () => string } {
	const outline = outlineOf(drawing);
	const { script } = drawing;
	return {
		key: `${script.key} ${JSON.stringify(outline)}`,
		write: () => textOf(outline, script.write())
	};
}

function outlineOf({ inputs, shape, count, lengths = {}, numbers = {} }: Drawing): Outline {
	const rowsEach = shape.length < 3 ? 0 : half(shape.at(-2)!);
	return {
		inputs: Object.entries(inputs).map(([name, info]) => ({ name, wrap: wrapOf(info.shape) })),
		made: { wrap: wrapOf(shape), rowsEach, count: count ?? null },
		lengths: Object.keys(lengths),
		numbers: Object.keys(numbers)
	};
}

/** Texels up to which floats find the row of one in a wrapped texture without a doubt. */
const SURE = 2 ** 20;

/** How a tensor's sheets wrap in its texture, or null where they lie as wide and high as they are. */
function wrapOf(shape: readonly number[]): Wrap | null {
	const [columns, rowsEach] = [half(shape.at(-1) ?? 1), half(shape.at(-2) ?? 1)];
	const rows = shape.slice(0, -2).reduce((product, length) => product * length, rowsEach);
	if (Math.max(rows, columns) <= tf.env().getNumber('WEBGL_MAX_TEXTURE_SIZE')) return null;
	return { columns, isOneRow: rows === 1, isLarge: rows * columns > SURE };
}

/** Declares the numbers that the program gets when it is drawn; `uniformsOf` has their values. */
function declared({ inputs, lengths, numbers }: Outline): string {
	const ofInputs = inputs.map(
		({ name, wrap }) => `uniform vec2 ${name}Step;${wrap ? ` uniform float ${name}Wide;` : ''}`
	);
	return [
		...ofInputs,
		...lengths.map((name) => `uniform int ${name};`),
		...numbers.map((name) => `uniform float ${name};`),
		'uniform int drawnWidth;',
		'uniform ivec2 cut;'
	].join('\n');
}

function textOf(outline: Outline, { functions = '', code }: Glsl): string {
	const { wrap, rowsEach, count } = outline.made;
	const each = (line: (i: number) => string): string[] =>
		Array.from({ length: count ?? 1 }, (_, i) => line(i));
	const head = count === null ? 'vec4 texel(int r, int c)' : 'void texels(int r, int c)';
	return `#version 300 es
precision highp float;
precision highp int;
precision highp sampler2D;
${declared(outline)}
${each((i) => `layout(location = ${i}) out vec4 drawn${i};`).join('\n')}
vec4 made[${count ?? 1}];
${outline.inputs.map(readersOf).join('')}
${functions}
${head} {
	${code}
}
void main() {
	${placeOf(wrap)}
	${count === null ? 'made[0] = texel(r, c);' : 'texels(r, c);'}
	if (c == cut.y) { ${each((i) => `made[${i}].yw = vec2(0);`).join(' ')} }
	if (${rowsEach === 0 ? 'r' : `r % ${rowsEach}`} == cut.x) {
		${each((i) => `made[${i}].zw = vec2(0);`).join(' ')}
	}
	${each((i) => `drawn${i} = made[${i}];`).join(' ')}
}`;
}

/** Name of an input's texture: not the input's own, which may be the name of a function of GLSL. */
export const samplerOf = (name: string): string => `${name}_`;

/**
 * The functions that read one input. Software renderers read faster by a place between 0 and 1 than
 * by `texelFetch`, which checks its bounds.
 */
function readersOf({ name, wrap }: Input): string {
	const sampler = samplerOf(name);
	const fetch = wrap
		? wrappedFetch(name, wrap)
		: `return texture(${sampler}, (vec2(c, r) + 0.5) * ${name}Step);`;
	return `
uniform sampler2D ${sampler};
vec4 ${name}Texel(int r, int c) {
	${fetch}
}
vec2 ${name}Row(int row, int c) {
	vec4 block = ${name}Texel(row >> 1, c);
	return (row & 1) == 0 ? block.xy : block.zw;
}
float ${name}At(int row, int column) {
	vec2 pair = ${name}Row(row, column >> 1);
	return (column & 1) == 0 ? pair.x : pair.y;
}`;
}

/** GLSL that reads a texel of sheets that wrap; floats divide much faster than whole numbers. */
function wrappedFetch(name: string, { columns, isLarge }: Wrap): string {
	if (isLarge) {
		return `int at = r * ${columns} + c, width = int(${name}Wide);
	return texelFetch(${samplerOf(name)}, ivec2(at % width, at / width), 0);`;
	}
	return `float at = float(r * ${columns} + c), row = floor((at + 0.5) * ${name}Step.x);
	vec2 place = vec2(at - row * ${name}Wide, row);
	return texture(${samplerOf(name)}, (place + 0.5) * ${name}Step);`;
}

/** Finds r and c of the texel to be made; a texture as wide as `drawnWidth` may wrap the sheets. */
function placeOf(wrap: Wrap | null): string {
	if (!wrap) return 'int r = int(gl_FragCoord.y), c = int(gl_FragCoord.x);';
	const { whole, rest } = wrap.isOneRow ? { whole: '0', rest: 'at' } : divided('at', wrap.columns);
	return `int at = int(gl_FragCoord.y) * drawnWidth + int(gl_FragCoord.x);
	int r = ${whole}, c = ${rest};`;
}
