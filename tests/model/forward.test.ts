import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { Recorder } from '$lib/engine/recorder';
import { random } from '$lib/math/random';
import { forward } from '$lib/model/forward';
import { generate } from '$lib/model/generate';
import { hookAt, hookChain, isWanted, noHook, type LayerHooks } from '$lib/model/hook';
import { initParams } from '$lib/model/init';
import { interventionHooks } from '$lib/model/intervene';
import { leafNames, leaves, withLeaves } from '$lib/model/tree';
import type { ModelConfig } from '$lib/protocol/config';
import type { Intervention } from '$lib/protocol/interventions';
import { INITIAL_SETTINGS, modelConfig } from '$lib/protocol/settings';
import type { HookPoint } from '$lib/protocol/trace';
import { expectClose, expectNoLeak, NODE_BACKENDS, useBackend } from '../tensors';

const CONFIG: ModelConfig = modelConfig({ ...INITIAL_SETTINGS, chunk: 4, moeEvery: 2 }, 20);
const TOKENS = [3, 1, 4, 1, 5, 9, 2, 6, 5, 3];
const tokens = (ids: number[] = TOKENS) => tf.tensor2d([ids], undefined, 'int32');

/** What one point of one layer holds, under some hooks. */
function numbersAt(point: HookPoint, layer: number | null, hooks: LayerHooks): number[] {
	let numbers: number[] = [];
	const watch = hookAt([point], (_point, tensor) => {
		numbers = Array.from(tensor.dataSync());
		return tensor;
	});
	const params = initParams(CONFIG, 1);
	const input = tokens();
	const both: LayerHooks = (index) =>
		index === layer ? hookChain([hooks(index), watch]) : hooks(index);
	tf.dispose([forward(params, CONFIG, input, both), input, ...leaves(params)]);
	return numbers;
}

/** Reads from a recorded pass over two sequences. */
async function recorded(points: readonly HookPoint[]) {
	const recorder = new Recorder(points);
	const params = initParams(CONFIG, 1);
	const input = tf.tensor2d([TOKENS, TOKENS.toReversed()], undefined, 'int32');
	tf.dispose([forward(params, CONFIG, input, recorder.hooks), input, ...leaves(params)]);
	const all = await recorder.read();
	return (point: HookPoint, layer: number) =>
		all.find((one) => one.point === point && one.layer === layer)!;
}

const plain: LayerHooks = () => noHook;
const under = (...interventions: Intervention[]) => interventionHooks(interventions);

describe('hooks', () => {
	test('a hook without a list wants every point, noHook wants none', () => {
		expect(isWanted((_point, tensor) => tensor, 'logits')).toBe(true);
		expect(isWanted(noHook, 'logits')).toBe(false);
		expect(isWanted(hookChain([noHook, hookAt(['logits'], noHook)]), 'logits')).toBe(true);
	});
});

describe('a tree of weights', () => {
	beforeAll(() => useBackend('cpu'));

	test('names, order and leaves go together, and other leaves can take their places', () => {
		const params = initParams(CONFIG, 1);
		const names = leafNames(params);
		expect(names.slice(0, 3)).toEqual(['embed_VD', 'layers.0.attention.norm_D', 'layers.0.attention.q_DP']); // prettier-ignore
		expect(names.at(-1)).toBe('output_DV');
		expect(names.length).toBe(leaves(params).length);
		expect(withLeaves(params, leaves(params))).toEqual(params);
		expect(() => withLeaves(params, leaves(params).slice(1))).toThrow(/too few/);
		expect(() => withLeaves(params, [...leaves(params), tf.scalar(0)])).toThrow(/too many/);
		tf.dispose(leaves(params));
	});

	test('the same seed gives the same weights, another seed others', () => {
		const numbers = (seed: number) => leaves(initParams(CONFIG, seed)).flatMap((leaf) => Array.from(leaf.dataSync())); // prettier-ignore
		expect(numbers(4)).toEqual(numbers(4));
		expect(numbers(4)).not.toEqual(numbers(5));
	});
});

describe.each(NODE_BACKENDS)('on %s', (backend) => {
	beforeAll(() => useBackend(backend));

	test('forward leaves nothing behind and refuses weights of another depth', async () => {
		await expectNoLeak(() => {
			const params = initParams(CONFIG, 1);
			const input = tokens();
			tf.dispose(forward(params, CONFIG, input));
			const shallow = { ...params, layers: params.layers.slice(1) };
			expect(() => forward(shallow, CONFIG, input)).toThrow(/3 layers of weights for 4/);
			tf.dispose([input, ...leaves(params)]);
		});
	});

	test('a hook that replaces is obeyed', () => {
		const none: LayerHooks = (layer) =>
			layer === 2 ? hookAt(['residual.mid'], (_p, x) => tf.zerosLike(x)) : noHook;
		expect(Math.max(...numbersAt('residual.mid', 2, none).map(Math.abs))).toBe(0);
		expect(numbersAt('residual.out', 1, none)).toEqual(numbersAt('residual.out', 1, plain));
		expect(numbersAt('logits', null, none)).not.toEqual(numbersAt('logits', null, plain));
	});

	test('frozen choices send tokens where the hook says', () => {
		const frozen: LayerHooks = () => hookAt(['router.chosen'], (_p, chosen) => tf.onesLike(chosen));
		const gate = numbersAt('router.gate', 1, frozen);
		gate.forEach((value, i) => expect(value > 0).toBe(i % CONFIG.experts === 1));
	});

	test('a silenced expert gives its tokens nothing and leaves the others alone', () => {
		const expert = numbersAt('router.chosen', 1, plain)[0]!;
		const hooks = under({ kind: 'silenceExpert', layer: 1, expert });
		const [before, after] = [plain, hooks].map((h) => numbersAt('experts.routed', 1, h));
		numbersAt('router.chosen', 1, plain).forEach((chosen, token) => {
			const row = after!.slice(token * CONFIG.width, (token + 1) * CONFIG.width);
			if (chosen === expert) expect(row.every((value) => value === 0)).toBe(true);
			else expectClose(row, before!.slice(token * CONFIG.width, (token + 1) * CONFIG.width));
		});
	});

	test('a silenced shared expert answers zero', () => {
		const shared = numbersAt('experts.shared', 1, under({ kind: 'silenceShared', layer: 1 }));
		expect(shared.every((value) => value === 0)).toBe(true);
	});

	test('a silenced head has no context and the others keep theirs', () => {
		const hooks = under({ kind: 'silenceHead', layer: 0, head: 2 });
		const [before, after] = [plain, hooks].map((h) => numbersAt('attention.context', 0, h));
		after!.forEach((value, i) => {
			const head = Math.floor(i / CONFIG.headWidth) % CONFIG.heads;
			// Adding 0 makes 0 of −0.
			expect(value + 0).toBe(head === 2 ? 0 : before![i]! + 0);
		});
	});

	test('the stream passes a silenced layer by, unchanged', () => {
		for (const layer of [2, 3]) {
			const hooks = under({ kind: 'silenceLayer', layer });
			expect(numbersAt('residual.out', layer, hooks)).toEqual(numbersAt('residual.out', layer - 1, plain)); // prettier-ignore
		}
	});

	test('a replaced mask is what the pattern keeps to, and an empty row attends to nothing', () => {
		const T = TOKENS.length;
		const mask = new Uint8Array(T * T);
		for (let query = 1; query < T; query++) mask[query * T] = 1;
		const pattern = numbersAt('attention.pattern', 0, under({ kind: 'mask', layer: 0, mask }));
		pattern.forEach((share, i) => {
			const query = Math.floor(i / T) % T;
			expect(share).toBeCloseTo(i % T === 0 && query > 0 ? 1 : 0, 6);
		});
	});

	test('a chunked layer shows the pairs of each chunk, the same as in the whole table', async () => {
		await expectNoLeak(async () => {
			const points: HookPoint[] = ['attention.scores', 'attention.pattern', 'attention.out'];
			const chunks = await recorded(points);
			const whole = await recorded([...points, 'attention.mask']);
			const [T, C] = [TOKENS.length, CONFIG.chunk];
			for (const point of ['attention.scores', 'attention.pattern'] as const) {
				expect(chunks(point, 3).shape).toEqual([2, CONFIG.heads, T, T]);
				expect(chunks(point, 0).shape).toEqual([2, CONFIG.heads, T, C]);
				const { data } = whole(point, 0);
				chunks(point, 0).data.forEach((value, i) => {
					const [row, query] = [Math.floor(i / C), Math.floor(i / C) % T];
					const key = query - (query % C) + (i % C);
					if (key <= query) expect(value).toBeCloseTo(data[row * T + key]!, 5);
				});
			}
			for (const layer of [0, 3]) {
				expectClose(chunks('attention.out', layer).data, whole('attention.out', layer).data);
			}
		});
	});

	test('what a hook puts in place of a chunk is what the layer goes on with', () => {
		const none: LayerHooks = (layer) =>
			layer === 0 ? hookAt(['attention.pattern'], (_p, x) => tf.zerosLike(x)) : noHook;
		expect(Math.max(...numbersAt('attention.context', 0, none).map(Math.abs))).toBe(0);
		const doubled: LayerHooks = (layer) =>
			layer === 0 ? hookAt(['attention.pattern'], (_p, x) => tf.mul(x, 2)) : noHook;
		const plainly = numbersAt('attention.context', 0, plain);
		expectClose(numbersAt('attention.context', 0, doubled), plainly.map((x) => 2 * x)); // prettier-ignore
	});

	test('an intervention that does not fit says so', () => {
		const run = (intervention: Intervention) => () => numbersAt('logits', null, under(intervention)); // prettier-ignore
		expect(run({ kind: 'silenceExpert', layer: 1, expert: 8 })).toThrow(/number 8 of 8/);
		expect(run({ kind: 'silenceHead', layer: 1, head: -1 })).toThrow(/number -1 of 4/);
		expect(run({ kind: 'mask', layer: 1, mask: new Uint8Array(4) })).toThrow(/mask of 4 places/);
	});

	test('generation continues greedily as whole passes would, the same from the same seed', async () => {
		await expectNoLeak(async () => {
			const params = initParams(CONFIG, 2);
			const run = async (temperature: number, seed: number) => {
				const made: number[] = [];
				const options = { count: 6, sampling: { temperature }, random: random(seed) };
				for await (const token of generate(params, CONFIG, TOKENS, options)) made.push(token);
				return made;
			};
			const text = [...TOKENS];
			for (let i = 0; i < 6; i++) {
				text.push(
					tf.tidy(() => {
						const logits = forward(params, CONFIG, tokens(text));
						const last = tf.slice(logits, [0, text.length - 1, 0], [1, 1, -1]);
						return tf.argMax(tf.reshape(last, [CONFIG.vocabulary])).dataSync()[0]!;
					})
				);
			}
			expect(await run(0, 1)).toEqual(text.slice(TOKENS.length));
			expect(await run(1, 5)).toEqual(await run(1, 5));
			tf.dispose(leaves(params));
		});
	});

	test('generation that is left early leaves nothing behind', async () => {
		await expectNoLeak(async () => {
			const params = initParams(CONFIG, 2);
			const options = { count: 9, sampling: {}, random: random(1) };
			for await (const token of generate(params, CONFIG, [1], options)) if (token >= 0) break;
			const empty = generate(params, CONFIG, [], options);
			await expect(empty.next()).rejects.toThrow(/at least one token/);
			tf.dispose(leaves(params));
		});
	});
});
