/** Compares our model with one case of reference numbers, on whichever backend is in use. */
import * as tf from '@tensorflow/tfjs-core';
import { inverseFrequencies } from '$lib/math/rope';
import { paramsFromFile } from '$lib/model/files';
import { forward } from '$lib/model/forward';
import { hookAt, type LayerHooks } from '$lib/model/hook';
import type { Params } from '$lib/model/params';
import { spanOf } from '$lib/model/span';
import { leaves } from '$lib/model/tree';
import type { ModelConfig } from '$lib/protocol/config';
import { readHfConfig } from '$lib/protocol/hfConfig';
import { HOOK_POINTS, type HookPoint } from '$lib/protocol/trace';
import { tensorOf, type GoldenCase, type Tensors } from './case';
import { compareDecode } from './decode';
import { compareGradients } from './gradients';
import { nextTokenLosses } from './loss';
import { placeOf } from './points';
import { CPU_TOLERANCES, Tally, WEBGL_TOLERANCES, type GoldenRow, type OurTensor } from './tally';

/** A case with its model loaded. */
export interface LoadedCase {
	readonly config: ModelConfig;
	readonly params: Params;
	readonly tokens_BT: tf.Tensor2D;
	readonly labels_BT: tf.Tensor2D;
}

/**
 * Every stored number against ours.
 *
 * @returns one row per group of tensors
 * @throws FileProblem if configuration or weights cannot be read
 */
export async function compareCase(golden: GoldenCase): Promise<GoldenRow[]> {
	const tolerances = tf.getBackend() === 'webgl' ? WEBGL_TOLERANCES : CPU_TOLERANCES;
	const tally = new Tally(golden.name, tolerances);
	const { config } = readHfConfig(golden.config);
	const params = paramsFromFile(config, golden.weights);
	const tokens_BT = int32(golden.activations, 'input_ids');
	const labels_BT = golden.activations.has('labels')
		? int32(golden.activations, 'labels')
		: tokens_BT.clone();
	const loaded = { config, params, tokens_BT, labels_BT };
	try {
		compareRope(golden.activations, loaded, tally);
		await compareActivations(golden.activations, loaded, tally);
		await compareLosses(golden.activations, loaded, tally);
		if (golden.grads) await compareGradients(golden.grads, loaded, tally);
		if (golden.decode) await compareDecode(golden.decode, loaded, tally);
	} finally {
		tf.dispose([...leaves(params), tokens_BT, labels_BT]);
	}
	return tally.rows();
}

function int32(tensors: Tensors, name: string): tf.Tensor2D {
	const { data, shape } = tensorOf(tensors, name);
	return tf.tensor2d(Int32Array.from(data), [shape[0] ?? 0, shape[1] ?? 0], 'int32');
}

/** The rotation tables, whose stored form has a leading axis of 1. */
function compareRope(stored: Tensors, { config, tokens_BT }: LoadedCase, tally: Tally): void {
	const frequencies = inverseFrequencies(config.headWidth, config.rope);
	const { cos_TJ, sin_TJ } = spanOf(tokens_BT, config);
	const withAxis = (table: tf.Tensor2D) => ({ shape: [1, ...table.shape], data: table.dataSync() });
	const ours: Record<string, OurTensor> = {
		'rope.inv_freq': { shape: [frequencies.length], data: frequencies },
		'rope.cos': withAxis(cos_TJ),
		'rope.sin': withAxis(sin_TJ)
	};
	for (const [name, tensor] of Object.entries(ours)) {
		const expected = stored.get(name);
		if (expected) tally.add('rotations', name, expected, tensor, 'values');
	}
	tf.dispose([cos_TJ, sin_TJ]);
}

/** Points that make attention compute whole tables of scores. */
const OPEN_POINTS: readonly HookPoint[] = [
	'attention.mask',
	'attention.scores',
	'attention.pattern'
];
/** Stored tensors that are compared in their own way. */
const ELSEWHERE = /^(input_ids|labels|rope\..*|logits|logits_f64|loss|loss_f64|token_nll)$/;

/** Every intermediate twice: in a pass that leaves out what it can, and in one that shows all. */
async function compareActivations(
	stored: Tensors,
	{ config, params, tokens_BT }: LoadedCase,
	tally: Tally
): Promise<void> {
	const all = Object.keys(HOOK_POINTS) as HookPoint[];
	for (const isOpen of [false, true]) {
		const points = all.filter((point) => isOpen || !OPEN_POINTS.includes(point));
		const seen = new Map<string, tf.Tensor>();
		tf.dispose(forward(params, config, tokens_BT, watch(points, seen)));
		for (const [name, expected] of stored) {
			if (ELSEWHERE.test(name)) continue;
			const place = placeOf(name);
			if (!place) tally.miss('activations', `${name} is no known intermediate`);
			else if (points.includes(place.point)) {
				const ours = await numbersOf(seen.get(`${place.layer} ${place.point}`));
				tally.add(place.group, name, expected, ours, place.closeness);
			}
		}
		tf.dispose([...seen.values()]);
	}
}

function watch(points: readonly HookPoint[], seen: Map<string, tf.Tensor>): LayerHooks {
	return (layer) =>
		hookAt(points, (point, tensor) => {
			seen.set(`${layer} ${point}`, tf.keep(tf.clone(tensor)));
			return tensor;
		});
}

async function numbersOf(tensor: tf.Tensor | undefined): Promise<OurTensor | undefined> {
	return tensor && { shape: tensor.shape, data: await tensor.data() };
}

async function compareLosses(
	stored: Tensors,
	{ config, params, tokens_BT, labels_BT }: LoadedCase,
	tally: Tally
): Promise<void> {
	const logits_BTV = forward(params, config, tokens_BT);
	const { loss, nll_BM } = nextTokenLosses(logits_BTV, labels_BT);
	const ours = {
		logits: await numbersOf(logits_BTV),
		loss: { shape: [1], data: await loss.data() },
		token_nll: await numbersOf(nll_BM)
	};
	for (const name of ['logits', 'logits_f64', 'loss', 'loss_f64', 'token_nll'] as const) {
		const expected = stored.get(name);
		const kind = name.replace('_f64', '') as keyof typeof ours;
		const group = kind === 'logits' ? 'logits' : 'losses';
		if (expected) tally.add(group, name, expected, ours[kind], 'values');
	}
	tf.dispose([logits_BTV, loss, nll_BM]);
}
