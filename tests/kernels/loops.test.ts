/**
 * Both forms of every inner loop, vectors and plain, on the same random numbers and many random sizes:
 * the same results, and nothing written beside them.
 */
import { expect, test } from 'vitest';
import { plainLoops, type Loops } from '$lib/kernels/loops';
import { fillRanges, patternWidth, type AttendSizes } from '$lib/kernels/plain/attend';
import { vectorLoops } from '$lib/kernels/vectorLoops';
import type { AttentionScope } from '$lib/math/attention';
import { random } from '$lib/math/random';
import { Room } from './room';

/** Sizes that a loop runs with. */
const RUNS = 200;

type Results = Readonly<Record<string, ArrayLike<number>>>;

/** A random whole number, both ends included. */
type Between = (least: number, most: number) => number;

/** Runs one loop on arrays of random sizes; the same draws give the same case again. */
type Case = (loops: Loops, room: Room, between: Between) => Results;

const memory = new WebAssembly.Memory({ initial: 8 });
const ROOM_OF_PRODUCTS = 1024;
const START = 16_384;
const vectors = vectorLoops({
	asm: { memory },
	_malloc: (bytes) => (ROOM_OF_PRODUCTS + bytes <= START ? ROOM_OF_PRODUCTS : 0)
})!;

const plainBuffer = new ArrayBuffer(memory.buffer.byteLength);

const FORMS = ['ab', 'aTb', 'abT'] as const;

function normCase(room: Room, between: Between) {
	const sizes = { rows: between(0, 9), width: between(1, 23), eps: 0.01 };
	const matrix = () => room.drawn(sizes.rows * sizes.width);
	return { sizes, x: matrix(), dy: matrix(), out: room.floats(sizes.rows * sizes.width) };
}

/** Gate and up in arrays of their own, or side by side. */
function swiGluCase(room: Room, between: Between) {
	const [rows, width] = [between(0, 9), between(1, 23)];
	const isTogether = between(0, 1) === 1;
	const sizes = { rows, width, stride: isTogether ? 2 * width : width, upOffset: isTogether ? width : 0 }; // prettier-ignore
	const pair = (make: () => Float32Array) => {
		const first = make();
		return [first, isTogether ? first : make()] as const;
	};
	const given = pair(() => room.drawn(rows * sizes.stride, 30));
	return { sizes, given, made: () => pair(() => room.floats(rows * sizes.stride)) };
}

/** Rows in any order, each for one choice of a token. */
function orderCase(room: Room, between: Between) {
	const [tokens, choices, width] = [between(0, 12), between(1, 3), between(1, 20)];
	const order: number[] = [];
	for (let row = 0; row < tokens * choices; row++) order.splice(between(0, row), 0, row);
	const factors = between(0, 1) === 1 ? room.drawn(order.length) : null;
	const [x, sorted] = [room.drawn(tokens * width), room.drawn(order.length * width)];
	return { x, sorted, factors, row: { order: room.integers(order), choices, width } };
}

function attendCase(room: Room, between: Between) {
	const [kvHeads, batch, queries] = [between(1, 3), between(1, 2), between(1, 12)];
	const [heads, headWidth] = [kvHeads * between(1, 3), 4 * between(1, 6)];
	const firstQuery = between(0, 9) * between(0, 1);
	const firstKey = between(0, firstQuery);
	const kind = (['chunked', 'sliding', 'global'] as const)[between(0, 2)]!;
	const scope = { kind, chunk: between(1, 9) } as AttentionScope;
	const span = { firstQuery, queries, firstKey, keys: firstQuery + queries - firstKey };
	const sizes: AttendSizes = { batch, heads, kvHeads, headWidth, scope, ...span };
	const ranges = room.integers(Array<number>(2 * queries).fill(0));
	fillRanges(ranges, sizes);
	const [own, other] = [batch * queries * heads * headWidth, batch * span.keys * kvHeads * headWidth]; // prettier-ignore
	const given = { q: room.drawn(own), k: room.drawn(other), v: room.drawn(other), ranges };
	const pattern = room.floats(batch * queries * heads * patternWidth(sizes));
	return { sizes, own, other, arrays: { ...given, context: room.floats(own), pattern } };
}

const CASES: Record<keyof Loops, Case> = {
	product(loops, room, between) {
		// Long sums are taken in several rounds.
		const inner = between(0, 9) === 0 ? between(120, 300) : between(0, 20);
		const sizes = { rows: between(0, 20), inner, columns: between(1, 26) };
		const [form, adds] = [FORMS[between(0, 2)]!, between(0, 1) === 1];
		const [a, b] = [room.drawn(sizes.rows * inner), room.drawn(inner * sizes.columns)];
		const count = sizes.rows * sizes.columns;
		const out = adds ? room.drawn(count) : room.floats(count);
		loops.product(a, b, out, sizes, form, adds);
		return { out };
	},
	productByExpert(loops, room, between) {
		const [experts, width, columns] = [between(1, 7), between(1, 20), between(1, 20)];
		const counts = Array.from({ length: experts }, () => between(0, 9));
		let rows = 0;
		const starts = room.integers([0, ...counts.map((count) => (rows += count))]);
		const form = FORMS[between(0, 2)]!;
		const [matrices, answers] = [experts * width * columns, rows * columns];
		const a = room.drawn(rows * width);
		const b = room.drawn(form === 'aTb' ? answers : matrices);
		const out = room.floats(form === 'aTb' ? matrices : answers);
		loops.productByExpert(a, b, out, starts, { width, columns }, form);
		return { out };
	},
	swiGlu(loops, room, between) {
		const { sizes, given } = swiGluCase(room, between);
		const out = room.floats(sizes.rows * sizes.width);
		loops.swiGlu(...given, out, sizes);
		return { out };
	},
	swiGluBack(loops, room, between) {
		const { sizes, given, made } = swiGluCase(room, between);
		const [dGate, dUp] = made();
		loops.swiGluBack(...given, room.drawn(sizes.rows * sizes.width), dGate, dUp, sizes);
		return { dGate, dUp };
	},
	attend(loops, room, between) {
		const { sizes, arrays } = attendCase(room, between);
		loops.attend(arrays, sizes);
		return { context: arrays.context, pattern: arrays.pattern };
	},
	attendBack(loops, room, between) {
		const { sizes, own, other, arrays } = attendCase(room, between);
		loops.attend(arrays, sizes);
		const made = { dq: room.floats(own), dk: room.floats(other), dv: room.floats(other) };
		const scratch = { slopes: room.floats(patternWidth(sizes)), dy: room.drawn(own) };
		loops.attendBack({ ...arrays, ...scratch, ...made }, sizes);
		return made;
	},
	rmsNorm(loops, room, between) {
		const { sizes, x, out } = normCase(room, between);
		const [weight, inverse] = [room.drawn(sizes.width), room.floats(sizes.rows)];
		loops.rmsNorm({ x, weight, y: out, inverse }, sizes);
		return { y: out, inverse };
	},
	rmsNormBack(loops, room, between) {
		const { sizes, x, dy, out } = normCase(room, between);
		const weights = { weight: room.drawn(sizes.width), dWeight: room.floats(sizes.width) };
		loops.rmsNormBack({ x, ...weights, inverse: room.drawn(sizes.rows), dy, dx: out }, sizes);
		return { dx: out, dWeight: weights.dWeight };
	},
	unitNorm(loops, room, between) {
		const { sizes, x, out } = normCase(room, between);
		loops.unitNorm({ x, y: out }, sizes);
		return { y: out };
	},
	unitNormBack(loops, room, between) {
		const { sizes, x, dy, out } = normCase(room, between);
		loops.unitNormBack({ x, dy, dx: out }, sizes);
		return { dx: out };
	},
	rotate(loops, room, between) {
		const [positions, heads, pairs] = [between(1, 5), between(1, 4), between(1, 7)];
		const count = positions * between(1, 3) * heads * pairs * 2;
		const tables = { cos: room.drawn(positions * pairs), sin: room.drawn(positions * pairs) };
		const y = room.floats(count);
		const direction = between(0, 1) === 1 ? 1 : -1;
		loops.rotate({ x: room.drawn(count), ...tables, y }, { positions, heads, pairs, direction });
		return { y };
	},
	sumPowers(loops, room, between) {
		const [rows, vocabulary] = [between(0, 9), between(1, 40)];
		const [highest, sums] = [room.floats(rows), room.floats(rows)];
		loops.sumPowers(room.drawn(rows * vocabulary, 5), highest, sums, { rows, vocabulary });
		return { highest, sums };
	},
	shares(loops, room, between) {
		const logits = room.drawn(between(0, 40), 2);
		const out = room.floats(logits.length);
		loops.shares(logits, out, 0.7, -2);
		return { out };
	},
	largest(loops, room, between) {
		const [rows, columns] = [between(0, 9), between(1, 40)];
		const places = room.integers(Array<number>(rows).fill(-1));
		const values = room.drawn(rows * columns);
		// Some are equal.
		values.forEach((value, i) => (values[i] = Math.round(value)));
		loops.largest(values, places, columns);
		return { places };
	},
	gather(loops, room, between) {
		const { x, factors, row } = orderCase(room, between);
		const to = room.floats(row.order.length * row.width);
		loops.gather(x, factors, to, row);
		return { to };
	},
	scatter(loops, room, between) {
		const { x, sorted, factors, row } = orderCase(room, between);
		loops.scatter(sorted, factors, x, row);
		return { x };
	},
	dots(loops, room, between) {
		const { x, sorted, row } = orderCase(room, between);
		const out = room.floats(row.order.length);
		loops.dots(sorted, x, out, row);
		return { out };
	},
	sumOfSquares(loops, room, between) {
		return { sum: [loops.sumOfSquares(room.drawn(between(0, 40)))] };
	},
	adamW(loops, room, between) {
		const count = between(0, 23);
		const [weight, grad, mean] = [room.drawn(count), room.drawn(count), room.drawn(count)];
		const square = room.drawn(count);
		square.forEach((number, i) => (square[i] = number * number));
		const rates = { rate: 0.01, epsilon: 1e-8, clip: 0.5, shrink: 0.999 };
		loops.adamW({ weight, grad, mean, square }, { ...rates, betaMean: 0.9, betaSquare: 0.99 });
		return { weight, mean, square };
	}
};

/** The largest gap between two numbers of the same place, 1 being what rounding may make. */
function gapOf(ours: Results, expected: Results): number {
	let widest = 0;
	for (const [name, numbers] of Object.entries(expected)) {
		for (let i = 0; i < numbers.length; i++) {
			const gap = Math.abs(ours[name]![i]! - numbers[i]!) / (2e-4 * (1 + Math.abs(numbers[i]!)));
			// One NaN makes all NaN.
			widest = Math.max(widest, gap);
		}
	}
	return widest;
}

test.each(Object.keys(CASES) as (keyof Loops)[])(
	'%s gives the same by vectors as by plain loops',
	(name) => {
		for (let run = 0; run < RUNS; run++) {
			const [ours, plain] = [
				{ loops: vectors, buffer: memory.buffer },
				{ loops: plainLoops, buffer: plainBuffer }
			].map(({ loops, buffer }) => {
				const draw = random(11, run);
				const room = new Room(buffer, START, draw);
				const results = CASES[name](loops, room, (least, most) => least + draw.integer(most - least + 1)); // prettier-ignore
				return { room, results };
			});
			expect(gapOf(ours!.results, plain!.results), `run ${run}`).toBeLessThan(1);
			expect([ours!.room.isWhole(), plain!.room.isWhole()], `beside in run ${run}`).toEqual([true, true]); // prettier-ignore
		}
	}
);

test.each([
	['vectors', vectors],
	['plain loops', plainLoops]
])(
	'AdamW by %s keeps a moment that is not a number, and drops one that is too small',
	(_, loops) => {
		const room = new Room(loops === vectors ? memory.buffer : plainBuffer, START, random(11));
		// Four numbers make a vector; the fifth goes by itself.
		const [weight, grad, mean] = [room.drawn(5).fill(1), room.drawn(5), room.drawn(5)];
		const square = room.drawn(5).fill(1);
		grad.set([NaN, 0, 1, 1, NaN]);
		mean.set([1, 1e-38, 1, NaN, 1]);
		const rates = { rate: 0.01, epsilon: 1e-8, clip: 1, shrink: 1 };
		loops.adamW({ weight, grad, mean, square }, { ...rates, betaMean: 0.9, betaSquare: 0.99 });
		expect([...mean].map((number) => Number(number.toFixed(3)))).toEqual([NaN, 0, 1, NaN, NaN]);
		expect(mean[1]).toBe(0);
		expect([...weight].map(Number.isNaN)).toEqual([true, false, false, true, true]);
		expect([...square].map(Number.isNaN)).toEqual([true, false, false, false, true]);
	}
);
