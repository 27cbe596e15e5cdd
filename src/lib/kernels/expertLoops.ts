import type { ArrayBackend } from './arrayBackend';
import { arrayKernel } from './arrayKernel';
import { transposeLoop } from './productLoop';
import { swiGluBack, swiGluLoop } from './swiGlu';

type Array32 = Float32Array;

/** A row is one choice of one token: token `row / choices`. */
interface Sizes {
	readonly rows: number;
	readonly choices: number;
	readonly experts: number;
	readonly width: number;
	readonly hidden: number;
	readonly gateOn: 'input' | 'output';
}

/** Kept for the gradient; rows stand sorted by expert. */
interface Kept<Floats, Integers> {
	/** Which row stands at each place of the sorted order. */
	readonly order: Integers;
	/** Where each expert's places start, and after the last their number. */
	readonly starts: Integers;
	/** What the experts were given, [rows, width]. */
	readonly given: Floats;
	/** Gate and up of each place, [rows, 2 · hidden]. */
	readonly raised: Floats;
	/** silu(gate) · up, [rows, hidden]. */
	readonly inner: Floats;
	/** What the experts answered, [rows, width]. */
	readonly answer: Floats;
}

/** Gate and up side by side, as the experts' weights have them. */
const together = (rows: number, width: number) => ({
	rows,
	width,
	stride: 2 * width,
	upOffset: width
});

/** Sorts rows by expert, keeping their order within one (a counting sort). */
export function sortByExpert(chosen: Int32Array, order: Int32Array, starts: Int32Array): void {
	const experts = starts.length - 1;
	starts.fill(0);
	for (const expert of chosen) {
		if (!(expert >= 0 && expert < experts)) throw new RangeError(`there is no expert ${expert}`);
		starts[expert + 1]!++;
	}
	for (let expert = 0; expert < experts; expert++) starts[expert + 1]! += starts[expert]!;
	const next = starts.slice(0, experts);
	chosen.forEach((expert, row) => {
		order[next[expert]!++] = row;
	});
}

/** The part of one expert in sorted rows and in all experts' weights. */
function piecesOf(expert: number, starts: Int32Array) {
	const experts = starts.length - 1;
	const [from, to] = [starts[expert]!, starts[expert + 1]!];
	return {
		/** How many rows it has. */
		count: to - from,
		/** Its rows, each `width` long. */
		own: (rows: Array32, width: number) => rows.subarray(from * width, to * width),
		/** Its weights. */
		of: (weights: Array32) => {
			const size = weights.length / experts;
			return weights.subarray(expert * size, (expert + 1) * size);
		}
	};
}

export const expertsKernel = arrayKernel<
	Record<'x' | 'gate' | 'gateUp' | 'down', Array32> & { chosen: Int32Array },
	{ y: Array32 } & Kept<Array32, Int32Array>,
	Sizes
>({
	name: 'RoutedExperts',
	plan: ({ x }, { rows, experts, width, hidden }) => ({
		y: x,
		order: { int32: [rows] },
		starts: { int32: [experts + 1] },
		given: [rows, width],
		raised: [rows, 2 * hidden],
		inner: [rows, hidden],
		answer: [rows, width]
	}),
	run: ({ x, gate, chosen, gateUp, down }, made, sizes, product) => {
		const { y, order, starts, given, raised, inner, answer } = made;
		const { rows, choices, experts, width: D, hidden: F, gateOn } = sizes;
		sortByExpert(chosen, order, starts);
		for (let place = 0; place < rows; place++) {
			const row = order[place]!;
			const from = Math.floor(row / choices) * D;
			const factor = gateOn === 'input' ? gate[row]! : 1;
			for (let d = 0; d < D; d++) given[place * D + d] = factor * x[from + d]!;
		}
		for (let expert = 0; expert < experts; expert++) {
			const { count, own, of } = piecesOf(expert, starts);
			const both = own(raised, 2 * F);
			product(own(given, D), of(gateUp), both, count, D, 2 * F);
			swiGluLoop(both, both, own(inner, F), together(count, F));
			product(own(inner, F), of(down), own(answer, D), count, F, D);
		}
		y.fill(0);
		for (let place = 0; place < rows; place++) {
			const row = order[place]!;
			const to = Math.floor(row / choices) * D;
			const factor = gateOn === 'input' ? 1 : gate[row]!;
			for (let d = 0; d < D; d++) y[to + d]! += factor * answer[place * D + d]!;
		}
	}
});

/** Room that the gradient works in. */
type Scratch = 'dAnswer' | 'dInner' | 'dRaised' | 'dGiven' | 'turned' | 'turnedWeight';

export const expertsGradient = arrayKernel<
	Record<'x' | 'gate' | 'gateUp' | 'down' | 'dy', Array32> & Kept<Array32, Int32Array>,
	Record<'dx' | 'dGate' | 'dGateUp' | 'dDown' | Scratch, Array32>,
	Sizes
>({
	name: 'RoutedExpertsGradient',
	plan: ({ x, gate, gateUp, down }, { rows, width, hidden }) => ({
		dx: x,
		dGate: gate,
		dGateUp: gateUp,
		dDown: down,
		dAnswer: [rows, width],
		dInner: [rows, hidden],
		dRaised: [rows, 2 * hidden],
		dGiven: [rows, width],
		turned: [rows * Math.max(width, hidden)],
		turnedWeight: [width * 2 * hidden]
	}),
	scratch: ['dAnswer', 'dInner', 'dRaised', 'dGiven', 'turned', 'turnedWeight'],
	run: (kept, made, sizes, product) => {
		const { rows, choices, width: D, gateOn } = sizes;
		for (let place = 0; place < rows; place++) {
			const row = kept.order[place]!;
			const from = Math.floor(row / choices) * D;
			const factor = gateOn === 'input' ? 1 : kept.gate[row]!;
			for (let d = 0; d < D; d++) made.dAnswer[place * D + d] = factor * kept.dy[from + d]!;
		}
		expertWeights(kept, made, sizes, product);
		tokenSlopes(kept, made, sizes);
	}
});

/** From d given to d x, and d gate: what the gate multiplied, times the slope there. */
function tokenSlopes(
	{
		x,
		gate,
		dy,
		order,
		answer
	}: Record<'x' | 'gate' | 'dy' | 'answer', Array32> & { order: Int32Array },
	{ dx, dGate, dGiven }: Record<'dx' | 'dGate' | 'dGiven', Array32>,
	{ rows, choices, width: D, gateOn }: Sizes
): void {
	dx.fill(0);
	for (let place = 0; place < rows; place++) {
		const row = order[place]!;
		const token = Math.floor(row / choices) * D;
		const factor = gateOn === 'input' ? gate[row]! : 1;
		let [onInput, onOutput] = [0, 0];
		for (let d = 0; d < D; d++) {
			const dInput = dGiven[place * D + d]!;
			dx[token + d]! += factor * dInput;
			onInput += dInput * x[token + d]!;
			onOutput += dy[token + d]! * answer[place * D + d]!;
		}
		dGate[row] = gateOn === 'input' ? onInput : onOutput;
	}
}

/** From each expert's d answer to its weights' gradients and to d given. */
function expertWeights(
	kept: Kept<Array32, Int32Array> & Record<'gateUp' | 'down', Array32>,
	made: Record<'dGateUp' | 'dDown' | Scratch, Array32>,
	{ experts, width: D, hidden: F }: Sizes,
	product: ArrayBackend['product']
): void {
	const { turned, turnedWeight } = made;
	made.dGateUp.fill(0);
	made.dDown.fill(0);
	for (let expert = 0; expert < experts; expert++) {
		const { count, own, of } = piecesOf(expert, kept.starts);
		if (count === 0) continue;
		const [dAnswer, dInner] = [own(made.dAnswer, D), own(made.dInner, F)];
		const [both, dBoth] = [own(kept.raised, 2 * F), own(made.dRaised, 2 * F)];
		transposeLoop(of(kept.down), turnedWeight, F, D);
		product(dAnswer, turnedWeight, dInner, count, D, F);
		transposeLoop(own(kept.inner, F), turned, count, F);
		product(turned, dAnswer, of(made.dDown), F, count, D);
		swiGluBack(both, both, dInner, dBoth, dBoth, together(count, F));
		transposeLoop(of(kept.gateUp), turnedWeight, D, 2 * F);
		product(dBoth, turnedWeight, own(made.dGiven, D), count, 2 * F, D);
		transposeLoop(own(kept.given, D), turned, count, D);
		product(turned, dBoth, of(made.dGateUp), D, count, 2 * F);
	}
}
