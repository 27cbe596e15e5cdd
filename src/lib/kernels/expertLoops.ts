import { arrayKernel } from './arrayKernel';
import type { Loops } from './loops';

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
	run: ({ x, gate, chosen, gateUp, down }, made, sizes, loops) => {
		const { y, order, starts, given, raised, inner, answer } = made;
		const { choices, experts, width: D, hidden: F, gateOn } = sizes;
		sortByExpert(chosen, order, starts);
		const rowOrder = { order, choices, width: D };
		loops.gather(x, gateOn === 'input' ? gate : null, given, rowOrder);
		for (let expert = 0; expert < experts; expert++) {
			const { count: rows, own, of } = piecesOf(expert, starts);
			if (rows === 0) continue;
			const both = own(raised, 2 * F);
			loops.product(own(given, D), of(gateUp), both, { rows, inner: D, columns: 2 * F });
			loops.swiGlu(both, both, own(inner, F), together(rows, F));
			loops.product(own(inner, F), of(down), own(answer, D), { rows, inner: F, columns: D });
		}
		y.fill(0);
		loops.scatter(answer, gateOn === 'input' ? null : gate, y, rowOrder);
	}
});

/** Room that the gradient works in. */
type Scratch = 'dAnswer' | 'dInner' | 'dRaised' | 'dGiven';

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
		dGiven: [rows, width]
	}),
	scratch: ['dAnswer', 'dInner', 'dRaised', 'dGiven'],
	run: (kept, made, sizes, loops) => {
		const { x, gate, dy, order, answer } = kept;
		const { choices, experts, width, gateOn } = sizes;
		const rowOrder = { order, choices, width };
		loops.gather(dy, gateOn === 'input' ? null : gate, made.dAnswer, rowOrder);
		for (let expert = 0; expert < experts; expert++) {
			expertSlopes(expert, kept, made, sizes, loops);
		}
		made.dx.fill(0);
		loops.scatter(made.dGiven, gateOn === 'input' ? gate : null, made.dx, rowOrder);
		// What the gate multiplied, times the slope there.
		if (gateOn === 'input') loops.dots(made.dGiven, x, made.dGate, rowOrder);
		else loops.dots(answer, dy, made.dGate, rowOrder);
	}
});

/** From an expert's d answer to its weights' gradients and to d given. */
function expertSlopes(
	expert: number,
	kept: Kept<Array32, Int32Array> & Record<'gateUp' | 'down', Array32>,
	made: Record<'dGateUp' | 'dDown' | Scratch, Array32>,
	{ width: D, hidden: F }: Sizes,
	loops: Loops
): void {
	const { count: rows, own, of } = piecesOf(expert, kept.starts);
	const [dGateUp, dDown] = [of(made.dGateUp), of(made.dDown)];
	if (rows === 0) {
		dGateUp.fill(0);
		dDown.fill(0);
		return;
	}
	const [dAnswer, dInner] = [own(made.dAnswer, D), own(made.dInner, F)];
	const [both, dBoth] = [own(kept.raised, 2 * F), own(made.dRaised, 2 * F)];
	loops.product(dAnswer, of(kept.down), dInner, { rows, inner: D, columns: F }, 'abT');
	loops.product(own(kept.inner, F), dAnswer, dDown, { rows: F, inner: rows, columns: D }, 'aTb');
	loops.swiGluBack(both, both, dInner, dBoth, dBoth, together(rows, F));
	const rise = { rows, inner: 2 * F, columns: D };
	loops.product(dBoth, of(kept.gateUp), own(made.dGiven, D), rise, 'abT');
	const turn = { rows: D, inner: rows, columns: 2 * F };
	loops.product(own(kept.given, D), dBoth, dGateUp, turn, 'aTb');
}
