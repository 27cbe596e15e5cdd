import type { HookPoint } from '$lib/protocol/trace';
import type { Closeness } from './tally';

/** Where a stored intermediate is found in our model, and how it is compared. */
export interface PlaceOfTensor {
	readonly layer: number | null;
	readonly point: HookPoint;
	readonly group: string;
	readonly closeness: Closeness;
}

const LAYER_TENSORS: Readonly<Record<string, HookPoint>> = {
	input_layernorm: 'attention.norm',
	'attn.q_proj': 'attention.q',
	'attn.k_proj': 'attention.k',
	'attn.v_proj': 'attention.v',
	'attn.q_rope': 'attention.qRope',
	'attn.k_rope': 'attention.kRope',
	'attn.q_norm': 'attention.qNorm',
	'attn.k_norm': 'attention.kNorm',
	'attn.temperature': 'attention.scale',
	'attn.q_final': 'attention.qFinal',
	'attn.k_final': 'attention.kFinal',
	'attn.mask': 'attention.mask',
	'attn.probs': 'attention.pattern',
	'attn.context': 'attention.context',
	'attn.out': 'attention.out',
	resid_mid: 'residual.mid',
	post_attention_layernorm: 'feedForward.norm',
	'moe.router_logits': 'router.logits',
	'moe.router_scores': 'router.gate',
	'moe.selected_experts': 'router.chosen',
	'moe.selected_scores': 'router.chosenGate',
	'moe.routed_out': 'experts.routed',
	'moe.shared_out': 'experts.shared',
	'moe.out': 'experts.out',
	'mlp.out': 'dense.out',
	resid_out: 'residual.out'
};

const OUTER_TENSORS: Readonly<Record<string, HookPoint>> = {
	embeddings: 'embeddings',
	final_norm: 'finalNorm'
};

/** Groups of their own; everything else is an activation. */
const GROUPS: Partial<Record<HookPoint, { group: string; closeness: Closeness }>> = {
	'attention.mask': { group: 'masks', closeness: 'exact' },
	'router.chosen': { group: 'chosen experts', closeness: 'exact' }
};

/** Where a stored tensor is found, or null if it is none of a hook point's. */
export function placeOf(name: string): PlaceOfTensor | null {
	const [, index, rest = ''] = /^layers\.(\d+)\.(.+)$/.exec(name) ?? [];
	const point = index === undefined ? OUTER_TENSORS[name] : LAYER_TENSORS[rest];
	if (!point) return null;
	const kind = GROUPS[point] ?? { group: 'activations', closeness: 'values' as const };
	return { layer: index === undefined ? null : Number(index), point, ...kind };
}
