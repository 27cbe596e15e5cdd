import { deviations, type ModelConfig } from '$lib/protocol/config';

/** Where in the reference code each picture can be checked. */
export const SOURCES = {
	attention:
		'Attention.forward and create_chunked_attention_mask, models/llama4/model.py, meta-llama/llama-models.',
	router:
		'MoE.forward, models/llama4/moe.py, meta-llama/llama-models: top-1 logit, then its sigmoid.',
	experts:
		'MoE.forward, models/llama4/moe.py, meta-llama/llama-models: the gate multiplies the expert’s input.',
	dense: 'TransformerBlock.forward and FeedForward, models/llama4, meta-llama/llama-models.',
	output:
		'Transformer.forward, models/llama4/model.py, meta-llama/llama-models: final norm, output matrix.'
} as const;

/** How far a picture of this model can be trusted: exact, or ours where its rules are not Llama 4's. */
export function badgeOf(
	config: ModelConfig,
	source: string
): { kind: 'exact' | 'ours'; source: string } {
	const found = deviations(config);
	if (found.length === 0) return { kind: 'exact', source };
	return { kind: 'ours', source: `not Llama 4: ${found.join(', ')}` };
}
