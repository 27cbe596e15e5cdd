import { chunkWalls } from './chunkWalls';
import type { Experiment } from './experiment';
import { learnedRouter } from './learnedRouter';
import { loadBalance } from './loadBalance';

/** Every experiment, in the order of the lessons. */
export const EXPERIMENTS: readonly Experiment[] = [chunkWalls, learnedRouter, loadBalance];
