/**
 * How the time of the site's own code grows with the sizes of the model. All sizes make single steps in
 * turn, so a busy moment of the machine hits all of them, and each round gives a ratio of its own.
 */
import type { BackendName } from '$lib/protocol/messages';
import { race, type Effort } from './race';
import { fitExponent, spread, type Spread } from './spread';
import type { Stadium } from './stadium';
import { withBatch, withExperts, withLength, type Work } from './works';

/** One size of a curve. */
interface Point {
	x: number;
	ms: Spread;
	/** Milliseconds of the step in each round. */
	turns: readonly number[];
}

/** Times against one size. What compares sizes is computed for each round; its median counts. */
export interface Curve {
	name: string;
	/** What x counts. */
	against: string;
	backend: BackendName;
	points: readonly Point[];
	/** How many times as long as `from` the size `to` takes. */
	growth: { from: number; to: number; ratio: Spread };
	/** The p of `ms = c · x^p` that fits all points best. */
	exponent: Spread;
	/** The same for the upper half of the points, where fixed costs weigh least. */
	upperExponent: Spread;
}

interface Plan {
	name: string;
	against: string;
	contender: 'ours' | 'layer';
	sizes: readonly number[];
	/** Those of a quick run. */
	few: readonly number[];
	work: (size: number) => Work;
}

const LENGTHS = [128, 256, 512, 1024, 2048, 4096];

const PLANS: readonly Plan[] = [
	{
		name: 'training step, one expert per token',
		against: 'experts',
		contender: 'ours',
		sizes: [2, 4, 8, 16, 32, 64],
		few: [4, 16, 64],
		work: withExperts
	},
	{
		name: 'chunked layer, chunk 64, forward and backward',
		against: 'tokens',
		contender: 'layer',
		sizes: LENGTHS,
		few: [128, 512, 2048, 4096],
		work: (length) => withLength(length, 'chunked')
	},
	{
		name: 'NoPE layer, forward and backward',
		against: 'tokens',
		contender: 'layer',
		sizes: LENGTHS,
		few: [128, 512, 2048],
		work: (length) => withLength(length, 'NoPE')
	},
	{
		name: 'training step',
		against: 'sequences',
		contender: 'ours',
		sizes: [1, 2, 4, 8, 16, 32, 64],
		few: [4, 16],
		work: withBatch
	}
];

/** Measures every curve on one backend. */
export async function measureGrowth(
	stadium: Stadium,
	backend: BackendName,
	isQuick: boolean,
	effort: Effort
): Promise<Curve[]> {
	const curves: Curve[] = [];
	for (const plan of PLANS) {
		const sizes = isQuick ? plan.few : plan.sizes;
		const entries = sizes.map((size) => {
			return { contender: plan.contender, backend, work: plan.work(size) };
		});
		const results = await race(stadium, entries, { ...effort, slice: 0, passes: 0 });
		const points = results.map(({ step, turns }, i) => ({ x: sizes[i]!, ms: step, turns }));
		const { name, against } = plan;
		const [from, to] = [plan.few[0]!, sizes.at(-1)!];
		curves.push({
			...{ name, against, backend, points },
			growth: { from, to, ratio: growthBetween(points, from, to) },
			exponent: exponentOf(points),
			upperExponent: exponentOf(points.slice(Math.floor(points.length / 2)))
		});
	}
	return curves;
}

/** The exponents that fit each round best. */
export function exponentOf(points: readonly Pick<Point, 'x' | 'turns'>[]): Spread {
	const rounds = points[0]?.turns ?? [];
	return spread(
		rounds.map((_, round) => fitExponent(points.map(({ x, turns }) => ({ x, y: turns[round]! }))))
	);
}

/** How many times as long one size takes as another, in each round; nothing where one is missing. */
export function growthBetween(
	points: readonly Pick<Point, 'x' | 'turns'>[],
	from: number,
	to: number
): Spread {
	const at = (size: number) => points.find(({ x }) => x === size)?.turns ?? [];
	const smaller = at(from);
	return spread(at(to).flatMap((ms, round) => ms / (smaller[round] ?? NaN)));
}
