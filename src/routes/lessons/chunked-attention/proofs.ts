import { chunkWalls } from '$lib/experiments/chunkWalls';
import type { Experiment } from '$lib/experiments/experiment';

const { chunked, scout } = chunkWalls.arms;

/** The needle experiment with the two stacks that the lesson is about; it takes seconds. */
export const TWO_STACKS: Experiment = { ...chunkWalls, arms: { chunked, scout } };

/** The same with all its stacks. */
export const ALL_STACKS: Experiment = chunkWalls;

/** The stacks of the experiment as the ladder draws them: layers, chunk, name. */
export const STACKS = [
	['cccc', 8, 'chunked layers only'],
	['cccg', 8, 'one open layer, last'],
	['gccc', 8, 'one open layer, first'],
	['gggg', 8, 'open layers only'],
	['cccc', 32, 'chunked by 32']
] as const;
