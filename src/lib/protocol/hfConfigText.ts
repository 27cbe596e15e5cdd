import { LLAMA4_VARIANTS, type LayerConfig, type ModelConfig, type Variants } from './config';

/** Fields that Hugging Face reads as floating point; `1` would be refused where it wants `1.0`. */
const FLOATS: ReadonlySet<string> = new Set([
	'attention_dropout',
	'attn_scale',
	'factor',
	'high_freq_factor',
	'initializer_range',
	'low_freq_factor',
	'rms_norm_eps',
	'rope_theta',
	'router_aux_loss_coef',
	'router_jitter_noise'
]);

const LAYER_TYPES: Readonly<Record<LayerConfig['scope'], string>> = {
	chunked: 'chunked_attention',
	global: 'full_attention',
	sliding: 'sliding_attention'
};

/** Whether Hugging Face's Llama 4 code computes this model. */
export function isHfLlama4({ variants, layers }: ModelConfig): boolean {
	const isTrue = (Object.keys(LLAMA4_VARIANTS) as (keyof Variants)[]).every(
		(name) => variants[name] === LLAMA4_VARIANTS[name]
	);
	return isTrue && layers.every(({ scope }) => scope !== 'sliding');
}

/**
 * Writes the `config.json` of a model, with every list spelled out. Hugging Face's `Llama4ForCausalLM`
 * opens it, unless the model is no Llama 4: then it carries a field `llamascope` and only we open it.
 *
 * @param dtype the type of the weights beside it
 */
export function writeHfConfig(
	config: ModelConfig,
	dtype: 'float32' | 'bfloat16' = 'float32'
): string {
	const isLlama4 = isHfLlama4(config);
	const fields = {
		architectures: [isLlama4 ? 'Llama4ForCausalLM' : 'Llamascope'],
		model_type: isLlama4 ? 'llama4_text' : 'llamascope',
		dtype,
		...sizeFields(config),
		...layerFields(config.layers),
		...ruleFields(config),
		...(isLlama4 ? {} : { llamascope: config.variants })
	};
	return toJson(fields, '', '') + '\n';
}

function sizeFields(config: ModelConfig) {
	return {
		vocab_size: config.vocabulary,
		hidden_size: config.width,
		intermediate_size: config.feedForward,
		intermediate_size_mlp: config.denseFeedForward,
		num_hidden_layers: config.layers.length,
		num_attention_heads: config.heads,
		num_key_value_heads: config.kvHeads,
		head_dim: config.headWidth,
		num_local_experts: config.experts,
		num_experts_per_tok: config.topK,
		attention_chunk_size: config.chunk,
		max_position_embeddings: config.maxLength
	};
}

function layerFields(layers: readonly LayerConfig[]) {
	return {
		no_rope_layers: layers.map(({ positions }) => (positions === 'rope' ? 1 : 0)),
		moe_layers: layers.flatMap(({ feedForward }, layer) => (feedForward === 'moe' ? [layer] : [])),
		layer_types: layers.map(({ scope }) => LAYER_TYPES[scope])
	};
}

function ruleFields({ attentionScale, rope, ...config }: ModelConfig) {
	return {
		hidden_act: 'silu',
		attention_bias: false,
		attention_dropout: 0,
		use_qk_norm: config.qkNorm,
		attn_temperature_tuning: attentionScale !== null,
		...(attentionScale
			? { floor_scale: attentionScale.floorScale, attn_scale: attentionScale.attnScale }
			: {}),
		rms_norm_eps: config.normEps,
		rope_theta: rope.theta,
		rope_scaling: rope.scaling && {
			rope_type: 'llama3',
			factor: rope.scaling.factor,
			low_freq_factor: rope.scaling.lowFactor,
			high_freq_factor: rope.scaling.highFactor,
			original_max_position_embeddings: rope.scaling.originalLength
		},
		tie_word_embeddings: config.tiedEmbeddings,
		initializer_range: 0.02,
		output_router_logits: false,
		router_aux_loss_coef: 0.001,
		router_jitter_noise: 0,
		use_cache: true,
		bos_token_id: null,
		eos_token_id: null,
		pad_token_id: null
	};
}

/** JSON with a decimal point in every number that must have one. */
function toJson(value: unknown, name: string, indent: string): string {
	if (typeof value === 'number') {
		return FLOATS.has(name) && Number.isInteger(value) ? `${value}.0` : String(value);
	}
	if (typeof value !== 'object' || value === null || Array.isArray(value)) {
		return JSON.stringify(value);
	}
	const inner = `${indent}  `;
	const lines = Object.entries(value).map(
		([key, entry]) => `${inner}${JSON.stringify(key)}: ${toJson(entry, key, inner)}`
	);
	return `{\n${lines.join(',\n')}\n${indent}}`;
}
