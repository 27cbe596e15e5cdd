import { describe, expect, test } from 'vitest';
import { forward, nextTokenLoss, recorded } from '$lib/math/transformer';
import { HOOK_POINTS, type HookPoint } from '$lib/protocol/trace';
import { goldenCases, tensorOf, type GoldenCase } from './golden';

/** What the golden files call each intermediate of a layer. Scores are not in them. */
const LAYER_NAMES: Partial<Record<HookPoint, string>> = {
	'attention.norm': 'input_layernorm',
	'attention.q': 'attn.q_proj',
	'attention.k': 'attn.k_proj',
	'attention.v': 'attn.v_proj',
	'attention.qRope': 'attn.q_rope',
	'attention.kRope': 'attn.k_rope',
	'attention.qNorm': 'attn.q_norm',
	'attention.kNorm': 'attn.k_norm',
	'attention.scale': 'attn.temperature',
	'attention.qFinal': 'attn.q_final',
	'attention.kFinal': 'attn.k_final',
	'attention.mask': 'attn.mask',
	'attention.pattern': 'attn.probs',
	'attention.context': 'attn.context',
	'attention.out': 'attn.out',
	'residual.mid': 'resid_mid',
	'feedForward.norm': 'post_attention_layernorm',
	'router.logits': 'moe.router_logits',
	'router.gate': 'moe.router_scores',
	'router.chosen': 'moe.selected_experts',
	'router.chosenGate': 'moe.selected_scores',
	'experts.routed': 'moe.routed_out',
	'experts.shared': 'moe.shared_out',
	'experts.out': 'moe.out',
	'dense.out': 'mlp.out',
	'residual.out': 'resid_out'
};
const OUTER_NAMES: Partial<Record<HookPoint, string>> = {
	embeddings: 'embeddings',
	finalNorm: 'final_norm',
	logits: 'logits'
};
const EXACT: readonly string[] = ['attention.mask', 'router.chosen'];
const SCORES: HookPoint = 'attention.scores';

function largestError(ours: ArrayLike<number>, theirs: ArrayLike<number>): number {
	expect(ours.length).toBe(theirs.length);
	return Array.from(ours).reduce(
		(largest, value, i) => Math.max(largest, Math.abs(value - (theirs[i] ?? NaN))),
		0
	);
}

const cases: GoldenCase[] = goldenCases();

test.each(['decode-kv', 'maverick-tiny', 'ragged-batch2', 'scout-tiny', 'topk2-tiny'])(
	'%s is among the golden cases',
	(name) => expect(cases.map((one) => one.name)).toContain(name)
);

describe.each(cases)('the plain model on $name', ({ config, weights, tokens, activations }) => {
	const exact = forward(weights, config, tokens);
	const single = forward(weights, config, tokens, 'float32');

	test('gives the float64 logits of the reference within 1e-10', () => {
		const { data } = tensorOf(activations, 'logits_f64');
		expect(largestError(recorded(exact, 'logits').data, data)).toBeLessThan(1e-10);
	});

	test('gives the float64 loss of the reference within 1e-10', () => {
		const [loss = NaN] = tensorOf(activations, 'loss_f64').data;
		const ours = nextTokenLoss(recorded(exact, 'logits').data, tokens);
		expect(Math.abs(ours - loss)).toBeLessThan(1e-10);
	});

	test('gives every float32 intermediate within 1e-5, masks and choices exactly', () => {
		for (const { layer, point, data, shape } of single) {
			if (point === SCORES) continue;
			const name = layer === null ? OUTER_NAMES : LAYER_NAMES;
			const prefix = layer === null ? '' : `layers.${layer}.`;
			const theirs = tensorOf(activations, prefix + String(name[point as HookPoint]));
			expect(shape, point).toEqual(theirs.shape);
			const limit = EXACT.includes(point) ? 0 : 1e-5;
			expect(largestError(data, theirs.data), `${point} of ${layer}`).toBeLessThanOrEqual(limit);
		}
	});

	test('leaves out no intermediate that the reference has', () => {
		const ours = new Set(single.map(({ layer, point }) => `${layer} ${point}`));
		for (const name of activations.keys()) {
			const [, layer = '', rest = ''] = /^layers\.(\d+)\.(.+)$/.exec(name) ?? [];
			const point = Object.entries(LAYER_NAMES).find(([, theirs]) => theirs === rest)?.[0];
			if (layer !== '') expect(ours, name).toContain(`${layer} ${point}`);
		}
	});

	test('names every intermediate as the hook points do, with as many axes', () => {
		for (const { point, shape } of exact) {
			expect(shape.length, point).toBe(HOOK_POINTS[point as HookPoint].length);
		}
	});
});
