/** Points a history keeps at most; a longer run is thinned by halves, so memory stays flat. */
export const HISTORY_POINTS = 1024;

/** One training step as the history takes it. */
export interface StepRecord {
	/** Steps done, this one included. */
	step: number;
	/** Mean cross-entropy, in nats per token. */
	loss: number;
	/**
	 * Share of the tokens that each routed expert got: one row of E shares per MoE layer, in layer
	 * order, row-major. Empty for a model without MoE layers.
	 */
	load: Float32Array<ArrayBuffer>;
}

/** The course of a run, thin enough to draw and to store. Point `i` is the mean over `every` steps. */
export interface History {
	/** Steps that each point stands for: 1, then 2, 4, … as the run grows. */
	every: number;
	/** The last step of each point. */
	steps: readonly number[];
	/** Mean loss over the steps of each point, in nats per token. */
	losses: readonly number[];
	/** Mean load over the steps of each point; see `StepRecord.load`. */
	loads: readonly Float32Array<ArrayBuffer>[];
	/** Steps that do not fill a point yet. */
	rest: readonly StepRecord[];
}

/** The history of a run that has not begun. */
export function emptyHistory(): History {
	return { every: 1, steps: [], losses: [], loads: [], rest: [] };
}

/** The history with further steps, thinned to at most `HISTORY_POINTS` points. */
export function extendHistory(history: History, records: readonly StepRecord[]): History {
	const steps = [...history.steps];
	const losses = [...history.losses];
	const loads = [...history.loads];
	let { every } = history;
	let rest = [...history.rest];

	for (const record of records) {
		rest.push(record);
		if (rest.length < every) continue;
		steps.push(record.step);
		losses.push(mean(rest.map(({ loss }) => loss)));
		loads.push(meanLoad(rest.map(({ load }) => load)));
		rest = [];
		if (steps.length < HISTORY_POINTS) continue;
		halve(steps, losses, loads);
		every *= 2;
	}
	return { every, steps, losses, loads, rest };
}

/** Joins neighbours: the later step, the mean of both values. The number of points is even. */
function halve(steps: number[], losses: number[], loads: Float32Array<ArrayBuffer>[]): void {
	const half = steps.length / 2;
	for (let i = 0; i < half; i++) {
		steps[i] = steps[2 * i + 1]!;
		losses[i] = mean([losses[2 * i]!, losses[2 * i + 1]!]);
		loads[i] = meanLoad([loads[2 * i]!, loads[2 * i + 1]!]);
	}
	for (const list of [steps, losses, loads]) list.length = half;
}

function mean(values: readonly number[]): number {
	return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function meanLoad(loads: readonly Float32Array<ArrayBuffer>[]): Float32Array<ArrayBuffer> {
	return loads[0]!.map((_, i) => mean(loads.map((load) => load[i]!)));
}
