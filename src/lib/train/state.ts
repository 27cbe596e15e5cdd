import * as tf from '@tensorflow/tfjs-core';
import { initParams } from '$lib/model/init';
import type { Params } from '$lib/model/params';
import { leaves, withLeaves } from '$lib/model/tree';
import type { PlainArray } from '$lib/protocol/checkpoint';
import type { ModelConfig } from '$lib/protocol/config';
import { initAdamW, type AdamWMemory } from './adamw';

/** A run at one moment: all that the next step depends on, besides the settings and the seed. */
export interface TrainState {
	readonly params: Params;
	readonly optimizer: AdamWMemory;
	/** Updates made so far; numbers the stream of the next batch. */
	readonly step: number;
}

/** A state without tensors, to be stored or sent. */
export interface StateArrays {
	/** Weights, in the order of `leaves`. */
	params: PlainArray[];
	/** The optimizer's two moments and its age. */
	optimizer: PlainArray[];
	step: number;
}

/** The start of a run: fresh weights, empty memory. */
export function initState(config: ModelConfig, seed: number): TrainState {
	return stateOf(initParams(config, seed), 0);
}

/** A state for weights that come from elsewhere; the state owns them from then on. */
export function stateOf(params: Params, step: number): TrainState {
	return { params, optimizer: initAdamW(params), step };
}

/** Frees every tensor of a state. */
export function disposeState({ params, optimizer }: TrainState): void {
	tf.dispose([...leaves(params), optimizer.mean_W, optimizer.square_W]);
}

/** Copies a state out of the backend, in one wait. From it, training goes on bit for bit. */
export async function stateToArrays({ params, optimizer, step }: TrainState): Promise<StateArrays> {
	const weights = leaves(params);
	const tensors = [...weights, optimizer.mean_W, optimizer.square_W];
	const arrays = await Promise.all(tensors.map(plainArray));
	const age = { shape: [], data: Float32Array.of(optimizer.age) };
	return {
		params: arrays.slice(0, weights.length),
		optimizer: [...arrays.slice(weights.length), age],
		step
	};
}

async function plainArray(tensor: tf.Tensor): Promise<PlainArray> {
	return { shape: [...tensor.shape], data: new Float32Array(await tensor.data<'float32'>()) };
}

/**
 * The state that `stateToArrays` wrote.
 *
 * @param config the model's configuration, for the form of the tree
 * @throws RangeError naming the first array that is missing or does not fit the configuration
 */
export function stateFromArrays(config: ModelConfig, stored: StateArrays): TrainState {
	const template = initParams(config, 0);
	const expected = leaves(template);
	try {
		const size = expected.reduce((sum, leaf) => sum + leaf.size, 0);
		requireShapes('weight', stored.params, [...expected.map(({ shape }) => shape)]);
		requireShapes('optimizer', stored.optimizer, [[size], [size], []]);
		const [mean, square, age] = stored.optimizer;
		return {
			params: withLeaves(
				template,
				stored.params.map(({ shape, data }) => tf.tensor(data, [...shape]))
			),
			optimizer: {
				mean_W: tf.tensor1d(mean!.data),
				square_W: tf.tensor1d(square!.data),
				age: age!.data[0]!
			},
			step: stored.step
		};
	} finally {
		tf.dispose(expected);
	}
}

function requireShapes(
	what: string,
	arrays: readonly PlainArray[],
	shapes: readonly (readonly number[])[]
): void {
	if (arrays.length !== shapes.length) {
		throw new RangeError(`expected ${shapes.length} ${what} arrays, got ${arrays.length}`);
	}
	shapes.forEach((shape, i) => {
		const { shape: given, data } = arrays[i]!;
		const size = shape.reduce((product, length) => product * length, 1);
		if (given.join() !== shape.join() || data.length !== size) {
			throw new RangeError(`${what} array ${i} is ${given.join('×')}, expected ${shape.join('×')}`);
		}
	});
}
