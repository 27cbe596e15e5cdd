import { chunkWalls } from './chunkWalls';
import type { Experiment } from './experiment';

/** Every experiment, in the order of the lessons. */
export const EXPERIMENTS: readonly Experiment[] = [chunkWalls];
