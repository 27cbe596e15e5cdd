/**
 * What a model is made of, in plain numbers. Every Llama 4 text configuration can be written so,
 * and a few deviations for comparison, which `deviations` names as not Llama 4.
 */

import type { LayerRules, ModelRules } from '$lib/math/rules';
import type { RopeScalingRule } from '$lib/math/rope';

export type LayerConfig = LayerRules;
export type RopeScaling = RopeScalingRule;
export type Variants = ModelRules['variants'];

export const LLAMA4_VARIANTS: Variants = { gate: 'input', router: 'sigmoid', scale: 'multiply' };

export interface ModelConfig extends ModelRules {
	/** Longest sequence the page offers, in tokens. */
	maxLength: number;
}

/** How a model is trained. All our own choices: Meta published no recipe. */
export interface TrainConfig {
	/** Sequences per step, B. */
	batch: number;
	/** Tokens per sequence, T. */
	length: number;
	/** Peak learning rate. */
	learningRate: number;
	schedule: 'constant' | 'warmup' | 'cosine';
	/** Steps over which the rate rises from 0 (schedules `warmup` and `cosine`). */
	warmupSteps: number;
	/** Step at which a cosine schedule reaches its end; training may go on at the final rate. */
	totalSteps: number;
	/** Decoupled weight decay per step, times the learning rate. Norm weights are not decayed. */
	weightDecay: number;
	/** Largest global gradient norm; 0 switches clipping off. */
	clipNorm: number;
	/** Weight of the load-balance loss (ours; no released Llama 4 code has one). */
	balanceWeight: number;
	/** Weight of the router z-loss (ours, likewise). */
	zWeight: number;
	/** Keeps router weights as they are. */
	freezeRouter: boolean;
	/** Positions from 1 whose tokens are learned; all where absent. An experiment's, never a visitor's. */
	scored?: readonly number[];
}

/** The names of everything in which a configuration departs from Llama 4, empty for a true one. */
export function deviations({ layers, variants }: ModelConfig): string[] {
	const found: string[] = [];
	if (variants.gate !== 'input') found.push('gate on the output');
	if (variants.router !== 'sigmoid') found.push('softmax router');
	if (variants.scale !== 'multiply') found.push('additive attention scale');
	if (layers.some(({ scope }) => scope === 'sliding')) found.push('sliding window');
	if (layers.some(({ positions, scope }) => positions === 'nope' && scope === 'chunked')) {
		found.push('chunked NoPE layer');
	}
	if (layers.some(({ positions, scope }) => positions === 'rope' && scope === 'global')) {
		found.push('global RoPE layer');
	}
	const [first, ...others] = layers;
	if (first?.positions === 'nope' && others.some(({ positions }) => positions === 'rope')) {
		found.push('NoPE first');
	}
	return found;
}
