import type { FileTensor } from '$lib/protocol/safetensors';

/** One line of the table: the tensors of one kind, and the worst of them. */
export interface GoldenRow {
	readonly case: string;
	readonly group: string;
	/** How many tensors were compared. */
	readonly count: number;
	/** Of the tensor that comes nearest to its tolerance, or exceeds it most. */
	readonly error: number;
	readonly tolerance: number;
	/** Name of that tensor. */
	readonly worst: string;
	readonly isWithin: boolean;
}

/** How close is equal, as tests/golden/README.md has it. */
export interface Tolerances {
	/** Times max(1, rms of the tensor). */
	readonly values: number;
	/** Times the rms of the tensor. */
	readonly gradients: number;
	/** Plus this. */
	readonly gradientFloor: number;
}

export const CPU_TOLERANCES: Tolerances = { values: 3e-5, gradients: 1e-4, gradientFloor: 1e-8 };
export const WEBGL_TOLERANCES: Tolerances = { values: 3e-4, gradients: 1e-3, gradientFloor: 1e-7 };

/** What kind of equality a group asks for. */
export type Closeness = 'values' | 'gradients' | 'exact';

/** Numbers of ours to be compared. */
export interface OurTensor {
	readonly shape: readonly number[];
	readonly data: ArrayLike<number>;
}

/** Collects comparisons of one case into rows, one per group. */
export class Tally {
	readonly #rows = new Map<string, GoldenRow>();
	readonly #name: string;
	readonly #tolerances: Tolerances;

	constructor(name: string, tolerances: Tolerances) {
		this.#name = name;
		this.#tolerances = tolerances;
	}

	/** Compares one tensor. Another shape, a missing tensor or a NaN is an infinite error. */
	add(
		group: string,
		name: string,
		expected: Pick<FileTensor, 'shape' | 'data'>,
		ours: OurTensor | undefined,
		closeness: Closeness
	): void {
		const tolerance = this.#toleranceOf(expected.data, closeness);
		const hasShape = ours !== undefined && ours.shape.join() === [...expected.shape].join();
		const error = hasShape ? largestGap(ours.data, expected.data) : Infinity;
		this.#note({ group, error, tolerance, worst: name });
	}

	/** Notes something that cannot be compared at all. */
	miss(group: string, reason: string): void {
		this.#note({ group, error: Infinity, tolerance: 0, worst: reason });
	}

	rows(): GoldenRow[] {
		return [...this.#rows.values()];
	}

	#toleranceOf(expected: ArrayLike<number>, closeness: Closeness): number {
		const { values, gradients, gradientFloor } = this.#tolerances;
		switch (closeness) {
			case 'exact':
				return 0;
			case 'values':
				return values * Math.max(1, rms(expected));
			case 'gradients':
				return gradients * rms(expected) + gradientFloor;
		}
	}

	#note(found: Pick<GoldenRow, 'group' | 'error' | 'tolerance' | 'worst'>): void {
		const before = this.#rows.get(found.group);
		const worse = !before || nearness(found) > nearness(before) ? found : before;
		this.#rows.set(found.group, {
			...worse,
			case: this.#name,
			count: (before?.count ?? 0) + 1,
			isWithin: worse.error <= worse.tolerance
		});
	}
}

/** How much of its tolerance an error uses up; above 1 is a miss. */
function nearness({ error, tolerance }: Pick<GoldenRow, 'error' | 'tolerance'>): number {
	if (error === 0) return 0;
	return error / tolerance;
}

/** Largest absolute difference; infinite for NaN. */
function largestGap(ours: ArrayLike<number>, expected: ArrayLike<number>): number {
	let largest = 0;
	for (let i = 0; i < expected.length; i++) {
		const gap = Math.abs((ours[i] ?? NaN) - (expected[i] ?? NaN));
		if (!(gap <= largest)) largest = Number.isNaN(gap) ? Infinity : gap;
	}
	return largest;
}

/** Root of the mean square; 0 of nothing. */
function rms(values: ArrayLike<number>): number {
	let sum = 0;
	for (let i = 0; i < values.length; i++) sum += (values[i] ?? 0) ** 2;
	return values.length === 0 ? 0 : Math.sqrt(sum / values.length);
}
