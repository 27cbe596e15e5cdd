import { describe, expect, test } from 'vitest';
import { product, swiGlu } from '$lib/math/expert';
import { softmax } from '$lib/math/softmax';
import { forward, nextTokenLoss, recorded } from '$lib/math/transformer';
import type { LayerRules, ModelRules } from '$lib/math/rules';
import { goldenCases } from './golden';

const { config, weights, tokens } = goldenCases().find(({ name }) => name === 'scout-tiny')!;
const [sequence = new Int32Array()] = tokens;
const plain = forward(weights, config, tokens);
const T = sequence.length;
const D = config.width;

const withVariants = (variants: Partial<ModelRules['variants']>): ModelRules => ({
	...config,
	variants: { ...config.variants, ...variants }
});
const withLayers = (change: Partial<LayerRules>): ModelRules => ({
	...config,
	layers: config.layers.map((layer) => ({ ...layer, ...change }))
});
const logitsOf = (rules: ModelRules, batch: readonly ArrayLike<number>[] = tokens) =>
	recorded(forward(weights, rules, batch), 'logits').data;
const difference = (a: Float64Array, b: Float64Array) =>
	a.reduce((largest, value, i) => Math.max(largest, Math.abs(value - (b[i] ?? NaN))), 0);

describe('the plain model', () => {
	test('does not let a later token change an earlier logit', () => {
		const changed = Int32Array.from(sequence);
		changed[20] = (changed[20]! + 1) % config.vocabulary;
		const [before, after] = [logitsOf(config), logitsOf(config, [changed])];
		const border = 20 * config.vocabulary;
		expect(after.subarray(0, border)).toEqual(before.subarray(0, border));
		expect(difference(after.subarray(border), before.subarray(border))).toBeGreaterThan(1e-3);
	});

	test('lets nothing through a chunk wall when all layers are chunked', () => {
		const rules = withLayers({ scope: 'chunked' });
		const changed = Int32Array.from(sequence);
		changed[3] = (changed[3]! + 1) % config.vocabulary;
		const wall = config.chunk * config.vocabulary;
		expect(logitsOf(rules, [changed]).subarray(wall)).toEqual(logitsOf(rules).subarray(wall));
		expect(difference(logitsOf(config, [changed]).subarray(wall), logitsOf(config).subarray(wall)))
			.toBeGreaterThan(1e-4); // prettier-ignore
	});

	test('treats the sequences of a batch apart', () => {
		const other = sequence.toReversed();
		const both = logitsOf(config, [sequence, other]);
		const half = both.length / 2;
		expect(both.subarray(0, half)).toEqual(logitsOf(config));
		expect(both.subarray(half)).toEqual(logitsOf(config, [other]));
	});

	test('uses the embedding as output where there is no output matrix', () => {
		const tied = { ...weights, output_DV: null };
		const { data } = recorded(forward(tied, config, tokens), 'logits');
		const final = recorded(plain, 'finalNorm').data.subarray(0, D);
		const dot = final.reduce((sum, x, i) => sum + x * (weights.embed_VD[5 * D + i] ?? NaN), 0);
		expect(data[5]).toBeCloseTo(dot, 12);
	});

	test('refuses what it cannot compute', () => {
		expect(() => forward(weights, config, [])).toThrow('at least one token');
		expect(() => forward(weights, config, [[1, 2], [1]])).toThrow('sequences of 2 tokens, got 1');
		expect(() => forward(weights, config, [[64]])).toThrow('token 64 is not among the 64');
		expect(() => forward({ ...weights, layers: [] }, config, tokens)).toThrow('layer 0');
		expect(() => recorded(plain, 'dense.out', 0)).toThrow('no recording of dense.out in layer 0');
	});
});

describe('the variants (ours, for comparison)', () => {
	test('gate on the output multiplies what the expert makes of the plain token', () => {
		const run = forward(weights, withVariants({ gate: 'output' }), tokens);
		const [expert = 0] = recorded(run, 'router.chosen', 0).data;
		const [gate = NaN] = recorded(run, 'router.chosenGate', 0).data;
		const x = recorded(run, 'feedForward.norm', 0).data.subarray(0, D);
		const layer = weights.layers[0]!.feedForward;
		if (layer.kind !== 'moe') throw new Error('the first layer has experts');
		const F = config.feedForward;
		const both = product(x, layer.gateUp_EDF, 2 * F, expert * D * 2 * F);
		const bent = swiGlu(both.subarray(0, F), both.subarray(F));
		const out = product(bent, layer.down_EFD, D, expert * F * D);
		const routed = recorded(run, 'experts.routed', 0).data.subarray(0, D);
		expect(difference(routed, out.map((value) => value * gate))).toBeLessThan(1e-14); // prettier-ignore
		const llama4 = recorded(plain, 'experts.routed', 0).data.subarray(0, D);
		expect(difference(routed, llama4)).toBeGreaterThan(1e-3);
	});

	test('a softmax router sends tokens to the same experts with other gates', () => {
		const run = forward(weights, withVariants({ router: 'softmax' }), tokens);
		expect(recorded(run, 'router.chosen', 0)).toEqual(recorded(plain, 'router.chosen', 0));
		const logits = recorded(run, 'router.logits', 0).data.subarray(0, config.experts);
		const [gate] = recorded(run, 'router.chosenGate', 0).data;
		expect(gate).toBe(Math.max(...softmax(logits)));
	});

	test('an added scale raises every score of a query alike and changes no pattern', () => {
		const added = forward(weights, withVariants({ scale: 'add' }), tokens);
		const none = forward(weights, { ...config, attentionScale: null }, tokens);
		const scores = recorded(added, 'attention.scores', 3).data;
		const bare = recorded(none, 'attention.scores', 3).data;
		const scale = recorded(added, 'attention.scale', 3).data;
		const row = (T - 1) * T;
		for (let key = 0; key < T; key++) {
			expect(scores[row + key]! - bare[row + key]!).toBeCloseTo(scale[T - 1]!, 12);
		}
		const pattern = recorded(added, 'attention.pattern', 3).data;
		expect(difference(pattern, recorded(none, 'attention.pattern', 3).data)).toBeLessThan(1e-14);
		const sharper = recorded(plain, 'attention.pattern', 3).data;
		expect(difference(pattern, sharper)).toBeGreaterThan(1e-3);
	});

	test('a sliding window looks across the wall', () => {
		const run = forward(weights, withLayers({ scope: 'sliding' }), tokens);
		const { data } = recorded(run, 'attention.mask', 0);
		const seen = Array.from(data.subarray(8 * T, 9 * T), (ok, key) => (ok ? key : -1));
		expect(seen.filter((key) => key >= 0)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
	});
});

describe('nextTokenLoss', () => {
	test('is ln V for equal logits', () => {
		expect(nextTokenLoss(new Float64Array(3 * 5), [[0, 1, 2]])).toBeCloseTo(Math.log(5), 15);
	});

	test('asks each position for the next token and the last for nothing', () => {
		// V = 2: position 0 gives token 1 three quarters, position 1 would give anything.
		const logits = Float64Array.of(0, Math.log(3), 99, -99);
		expect(nextTokenLoss(logits, [[0, 1]])).toBeCloseTo(Math.log(4 / 3), 15);
	});
});
