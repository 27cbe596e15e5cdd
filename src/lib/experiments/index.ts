import { chunkWalls } from './chunkWalls';
import { dynamicWeights } from './dynamicWeights';
import type { Experiment } from './experiment';
import { gateSide } from './gateSide';
import { knockOut } from './knockOut';
import { learnedRouter } from './learnedRouter';
import { loadBalance } from './loadBalance';
import { longContext } from './longContext';
import { orderSensitivity } from './orderSensitivity';
import { softTargets } from './softTargets';

/** Every experiment, in the order of the lessons. */
export const EXPERIMENTS: readonly Experiment[] = [
	chunkWalls,
	orderSensitivity,
	gateSide,
	learnedRouter,
	knockOut,
	loadBalance,
	longContext,
	softTargets,
	dynamicWeights
];
