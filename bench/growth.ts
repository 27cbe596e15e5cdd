/** How the time of the site's own code grows with the sizes of the model. */
import type { Page } from 'playwright-core';
import type { BackendName } from '$lib/protocol/messages';
import { race, type Effort, type Result } from './race';
import { fitExponent, type Spread } from './spread';
import { withBatch, withExperts, withLength, type Work } from './works';

/** Times against one size; all points of a curve were measured in turn. */
export interface Curve {
	name: string;
	/** What x counts. */
	against: string;
	backend: BackendName;
	points: { x: number; ms: Spread }[];
	/** The p of `ms = c · x^p` that fits all points best. */
	exponent: number;
	/** The same for the upper half of the points, where fixed costs weigh least. */
	upperExponent: number;
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
	page: Page,
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
		curves.push(curveOf(plan, sizes, backend, await race(page, entries, effort)));
	}
	return curves;
}

function curveOf(
	{ name, against }: Plan,
	sizes: readonly number[],
	backend: BackendName,
	results: readonly Result[]
): Curve {
	const points = sizes.flatMap((x, i) => {
		const { step, unfinished } = results[i]!;
		if (unfinished !== null) console.log(`${name}, ${x} ${against}: ${unfinished}`);
		return unfinished === null ? [{ x, ms: step }] : [];
	});
	const exponentOf = (some: typeof points) =>
		fitExponent(some.map(({ x, ms }) => ({ x, y: ms.median })));
	const exponent = exponentOf(points);
	const upper = points.slice(Math.floor(points.length / 2));
	return { name, against, backend, points, exponent, upperExponent: exponentOf(upper) };
}

/** How many times as long the largest size takes as another; NaN where one is missing. */
export function growthBetween({ points }: Curve, from: number, to: number): number {
	const at = (size: number) => points.find(({ x }) => x === size)?.ms.median ?? NaN;
	return at(to) / at(from);
}
