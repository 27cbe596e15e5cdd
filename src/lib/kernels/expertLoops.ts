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
		const { rows, choices, width: D, hidden: F, gateOn } = sizes;
		sortByExpert(chosen, order, starts);
		const rowOrder = { order, choices, width: D };
		loops.gather(x, gateOn === 'input' ? gate : null, given, rowOrder);
		loops.productByExpert(given, gateUp, raised, starts, { width: D, columns: 2 * F });
		loops.swiGlu(raised, raised, inner, together(rows, F));
		loops.productByExpert(inner, down, answer, starts, { width: F, columns: D });
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
		const { choices, width, gateOn } = sizes;
		const rowOrder = { order, choices, width };
		loops.gather(dy, gateOn === 'input' ? null : gate, made.dAnswer, rowOrder);
		expertSlopes(kept, made, sizes, loops);
		made.dx.fill(0);
		loops.scatter(made.dGiven, gateOn === 'input' ? gate : null, made.dx, rowOrder);
		// What the gate multiplied, times the slope there.
		if (gateOn === 'input') loops.dots(made.dGiven, x, made.dGate, rowOrder);
		else loops.dots(answer, dy, made.dGate, rowOrder);
	}
});

/** From d answer to the weights' gradients and to d given. */
function expertSlopes(
	{
		starts,
		given,
		raised,
		inner,
		gateUp,
		down
	}: Kept<Array32, Int32Array> & Record<'gateUp' | 'down', Array32>,
	{
		dGateUp,
		dDown,
		dAnswer,
		dInner,
		dRaised,
		dGiven
	}: Record<'dGateUp' | 'dDown' | Scratch, Array32>,
	{ rows, width: D, hidden: F }: Sizes,
	loops: Loops
): void {
	loops.productByExpert(dAnswer, down, dInner, starts, { width: D, columns: F }, 'abT');
	loops.productByExpert(inner, dAnswer, dDown, starts, { width: F, columns: D }, 'aTb');
	loops.swiGluBack(raised, raised, dInner, dRaised, dRaised, together(rows, F));
	loops.productByExpert(dRaised, gateUp, dGiven, starts, { width: 2 * F, columns: D }, 'abT');
	loops.productByExpert(given, dRaised, dGateUp, starts, { width: D, columns: 2 * F }, 'aTb');
}
