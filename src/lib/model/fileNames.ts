import type { LeafPlan } from './params';

/** Where a weight of ours lies in a file of Hugging Face's. */
export interface FilePlace {
	readonly name: string;
	/** Shape in the file. */
	readonly shape: readonly number[];
	/** Whether the file holds the transpose: `nn.Linear` keeps [out, in], we keep [in, out]. */
	readonly isTransposed: boolean;
}

/** Name in the file of each leaf of a layer, after `model.layers.N.`. */
const LAYER_NAMES: Readonly<Record<string, string>> = {
	'attention.norm_D': 'input_layernorm.weight',
	'attention.q_DP': 'self_attn.q_proj.weight',
	'attention.k_DP': 'self_attn.k_proj.weight',
	'attention.v_DP': 'self_attn.v_proj.weight',
	'attention.out_PD': 'self_attn.o_proj.weight',
	'feedForward.norm_D': 'post_attention_layernorm.weight',
	'feedForward.router_DE': 'feed_forward.router.weight',
	'feedForward.gateUp_EDF': 'feed_forward.experts.gate_up_proj',
	'feedForward.down_EFD': 'feed_forward.experts.down_proj',
	'feedForward.shared.gate_DF': 'feed_forward.shared_expert.gate_proj.weight',
	'feedForward.shared.up_DF': 'feed_forward.shared_expert.up_proj.weight',
	'feedForward.shared.down_FD': 'feed_forward.shared_expert.down_proj.weight',
	'feedForward.gate_DF': 'feed_forward.gate_proj.weight',
	'feedForward.up_DF': 'feed_forward.up_proj.weight',
	'feedForward.down_FD': 'feed_forward.down_proj.weight'
};

/** Name in the file of each leaf outside the layers. */
const OUTER_NAMES: Readonly<Record<string, string>> = {
	embed_VD: 'model.embed_tokens.weight',
	finalNorm_D: 'model.norm.weight',
	output_DV: 'lm_head.weight'
};

/**
 * Where a leaf lies in a file of `Llama4ForCausalLM`. Matrices are stored transposed, except the
 * embedding and the experts' blocks of three axes.
 *
 * @param leaf its path in the tree, such as `layers.0.attention.q_DP`
 *
 * Source: `Llama4ForCausalLM` and `Llama4TextExperts`, huggingface/transformers,
 * models/llama4/modeling_llama4.py.
 */
export function filePlace(leaf: string, { shape }: LeafPlan): FilePlace {
	const inLayer = /^layers\.(\d+)\.(.+)$/.exec(leaf);
	const [, index, rest = ''] = inLayer ?? [];
	const name = inLayer ? LAYER_NAMES[rest] : OUTER_NAMES[leaf];
	if (name === undefined) throw new RangeError(`no file has a name for the weight ${leaf}`);
	const isTransposed = shape.length === 2 && leaf !== 'embed_VD';
	return {
		name: inLayer ? `model.layers.${index}.${name}` : name,
		shape: isTransposed ? shape.toReversed() : shape,
		isTransposed
	};
}
