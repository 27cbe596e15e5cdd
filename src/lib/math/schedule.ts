/** How the learning rate changes over the steps. */
export interface ScheduleSettings {
	/** Peak rate. */
	learningRate: number;
	schedule: 'constant' | 'warmup' | 'cosine';
	/** Steps of the rise; ignored by `constant`. */
	warmupSteps: number;
	/** Step at which the cosine reaches its lowest rate. */
	totalSteps: number;
}

/** Share of the peak rate at which a cosine schedule ends. Our choice. */
const FINAL_SHARE = 0.1;

/**
 * Learning rate of a step, counted from 0. `warmup` rises in a straight line, `peak · (step + 1) /
 * warmupSteps`, and stays at the peak; `cosine` then falls along half a cosine wave to a tenth of the peak
 * at step `totalSteps` and stays there.
 */
export function learningRateAt(
	step: number,
	{ learningRate, schedule, warmupSteps, totalSteps }: ScheduleSettings
): number {
	if (schedule === 'constant') return learningRate;
	if (step < warmupSteps) return (learningRate * (step + 1)) / warmupSteps;
	if (schedule === 'warmup') return learningRate;
	if (step >= totalSteps) return learningRate * FINAL_SHARE;
	const progress = (step - warmupSteps) / (totalSteps - warmupSteps);
	const height = (1 + Math.cos(Math.PI * progress)) / 2;
	return learningRate * (FINAL_SHARE + (1 - FINAL_SHARE) * height);
}
