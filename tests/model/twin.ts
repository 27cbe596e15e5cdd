import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { crossEntropy } from '$lib/kernels/crossEntropy';
import { random } from '$lib/math/random';
import { forward as plainForward, nextTokenLoss, recorded } from '$lib/math/transformer';
import { decode, disposeCache, emptyCache } from '$lib/model/decode';
import { forward } from '$lib/model/forward';
import { hookAt, type LayerHooks } from '$lib/model/hook';
import { leafNames, leaves, withLeaves } from '$lib/model/tree';
import { HOOK_POINTS, type HookPoint } from '$lib/protocol/trace';
import { expectClose, expectNoLeak } from '../tensors';
import { oddParams, plainWeights, tokenTensor, type OddModel } from './oddModels';

const POINTS = Object.keys(HOOK_POINTS) as HookPoint[];
const OPEN: readonly HookPoint[] = ['attention.mask', 'attention.scores', 'attention.pattern'];
/** What attention records: nothing inside, the pairs of each chunk, or all pairs. */
const OPENINGS: readonly (readonly HookPoint[])[] = [[], OPEN.slice(1), OPEN];

/** Every intermediate in one pass, by layer and point. */
function watch(points: readonly HookPoint[], seen: Map<string, tf.Tensor>): LayerHooks {
	return (layer) =>
		hookAt(points, (point, tensor) => {
			seen.set(`${layer} ${point}`, tf.keep(tf.clone(tensor)));
			return tensor;
		});
}

function loss(model: OddModel, params: ReturnType<typeof oddParams>): tf.Scalar {
	const { config, tokens } = model;
	const tokens_BT = tokenTensor(model);
	const [B, T] = tokens_BT.shape;
	const logits_NV: tf.Tensor2D = tf.reshape(forward(params, config, tokens_BT), [B * T, config.vocabulary]); // prettier-ignore
	const targets = tf.tensor1d(tokens.flatMap((row) => [...row.slice(1), -1]), 'int32'); // prettier-ignore
	return tf.div(tf.sum(crossEntropy(logits_NV, targets)), B * (T - 1));
}

interface Slope {
	leaf: number;
	place: number;
	slope: number;
}

/** The twin is slow, so each model's slopes serve every backend. */
const slopesOf = new Map<number, Slope[]>();

/** Slopes of the plain twin's loss at a few numbers of every weight, by central differences. */
function plainSlopes(model: OddModel): Slope[] {
	const params = oddParams(model);
	const draw = random(model.seed, 300);
	const arrays = leaves(params).map((leaf) => Float64Array.from(leaf.dataSync()));
	const plain = plainWeights(params);
	tf.dispose(leaves(params));
	/** The twin's weights with one number moved. */
	const lossAt = (leaf: number, place: number, change: number) => {
		const array = plainLeaves(plain)[leaf]!;
		array[place]! += change;
		const logits = recorded(plainForward(plain, model.config, model.tokens, 'float32'), 'logits').data; // prettier-ignore
		array[place]! -= change;
		return nextTokenLoss(logits, model.tokens);
	};
	return arrays.flatMap((array, leaf) => {
		const place = draw.integer(array.length);
		const slope = (lossAt(leaf, place, 1e-5) - lossAt(leaf, place, -1e-5)) / 2e-5;
		return [{ leaf, place, slope }];
	});
}

function plainLeaves(tree: unknown): Float64Array[] {
	if (tree instanceof Float64Array) return [tree];
	if (tree === null || typeof tree !== 'object') return [];
	return Object.values(tree).flatMap(plainLeaves);
}

/**
 * Balances the model against its plain twin on the backend that `prepare` switches to: every
 * intermediate, slopes, and decoding.
 */
export function testTwin(models: readonly OddModel[], prepare: () => Promise<void>): void {
	beforeAll(prepare);

	test.each(models)('model $seed computes every intermediate of its plain twin', async (model) => {
		await expectNoLeak(() => {
			const params = oddParams(model);
			const tokens_BT = tokenTensor(model);
			const expected = plainForward(plainWeights(params), model.config, model.tokens, 'float32');
			for (const opening of OPENINGS) {
				const points = POINTS.filter((point) => !OPEN.includes(point) || opening.includes(point));
				const seen = new Map<string, tf.Tensor>();
				tf.dispose(forward(params, model.config, tokens_BT, watch(points, seen)));
				for (const { layer, point, shape, data } of expected) {
					const isTable = opening !== OPEN && OPEN.includes(point as HookPoint);
					if (isTable || !points.includes(point as HookPoint)) continue;
					const ours = seen.get(`${layer} ${point}`);
					expect(ours?.shape, `${layer} ${point}`).toEqual([...shape]);
					if (point !== 'attention.scores') expectClose(ours!.dataSync(), data, 1e-4);
				}
				tf.dispose([...seen.values()]);
			}
			tf.dispose([...leaves(params), tokens_BT]);
		});
	});

	test.each(models)('model $seed learns along the slopes of its plain twin', async (model) => {
		const slopes = slopesOf.get(model.seed) ?? plainSlopes(model);
		slopesOf.set(model.seed, slopes);
		await expectNoLeak(() => {
			const params = oddParams(model);
			const names = leafNames(params);
			const { value, grads } = tf.valueAndGrads((...weights: tf.Tensor[]) =>
				loss(model, withLeaves(params, weights))
			)(leaves(params));
			for (const { leaf, place, slope } of slopes) {
				const ours = grads[leaf]!.dataSync()[place]!;
				expect(Math.abs(ours - slope), `${names[leaf]}[${place}]`).toBeLessThan(2e-5 + 1e-3 * Math.abs(slope)); // prettier-ignore
			}
			tf.dispose([value, ...grads, ...leaves(params)]);
		});
	});

	test.each(models)('model $seed decodes by blocks what a whole pass says', async (model) => {
		await expectNoLeak(() => {
			const params = oddParams(model);
			const whole_BTV = tf.tidy(() => forward(params, model.config, tokenTensor(model)));
			const draw = random(model.seed, 400);
			let cache = emptyCache(model.config);
			const parts = [];
			for (let from = 0; from < model.tokens[0]!.length;) {
				const block_BT = blockOf(model, from, 1 + draw.integer(4));
				const step = decode(params, model.config, block_BT, cache);
				disposeCache(cache);
				cache = step.cache;
				from += block_BT.shape[1];
				block_BT.dispose();
				parts.push(step.logits_BTV);
			}
			const joined_BTV = tf.concat(parts, 1);
			expectClose(joined_BTV.dataSync(), whole_BTV.dataSync(), 1e-4);
			disposeCache(cache);
			tf.dispose([...parts, joined_BTV, whole_BTV, leaves(params)]);
		});
	});
}

/** At most `length` tokens of each sequence, from a position. */
function blockOf({ tokens }: OddModel, from: number, length: number): tf.Tensor2D {
	const block = tokens.map((row) => row.slice(from, from + length));
	return tf.tensor2d(block, [block.length, block[0]!.length], 'int32');
}
