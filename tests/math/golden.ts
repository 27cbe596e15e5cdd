import { readdirSync, readFileSync } from 'node:fs';
import { transposed } from '$lib/math/table';
import type { LayerWeights, ModelWeights } from '$lib/math/transformer';
import type { ModelConfig } from '$lib/protocol/config';
import { readHfConfig } from '$lib/protocol/hfConfig';
import { readSafetensors, type FileTensor } from '$lib/protocol/safetensors';

const FOLDER = 'tests/golden';

/** A model of the reference code with what it computed. */
export interface GoldenCase {
	name: string;
	config: ModelConfig;
	weights: ModelWeights;
	/** One list of token ids per sequence. */
	tokens: Int32Array[];
	activations: Map<string, FileTensor>;
}

/** All cases of the text model, read from the files beside the tests. */
export function goldenCases(): GoldenCase[] {
	return readdirSync(FOLDER, { withFileTypes: true })
		.filter((entry) => entry.isDirectory())
		.map(({ name }) => name)
		.filter((name) => readdirSync(`${FOLDER}/${name}`).includes('grads.safetensors'))
		.map(readCase);
}

function readCase(name: string): GoldenCase {
	const { config } = readHfConfig(readFileSync(`${FOLDER}/${name}/config.json`, 'utf8'));
	const { tensors } = readSafetensors(readFileSync(`${FOLDER}/${name}/model.safetensors`));
	const { tensors: activations } = readSafetensors(
		readFileSync(`${FOLDER}/${name}/activations.safetensors`)
	);
	const ids = tensorOf(activations, 'input_ids');
	const [batch = 0, length = 0] = ids.shape;
	const tokens = Array.from({ length: batch }, (_, b) =>
		Int32Array.from(ids.data.subarray(b * length, (b + 1) * length))
	);
	return { name, config, weights: weightsOf(config, tensors), tokens, activations };
}

export function tensorOf(tensors: Map<string, FileTensor>, name: string): FileTensor {
	const tensor = tensors.get(name);
	if (!tensor) throw new RangeError(`the golden file lacks ${name}`);
	return tensor;
}

/** Hugging Face's names and layouts, turned to ours: linear layers are stored [out, in] there. */
function weightsOf(config: ModelConfig, tensors: Map<string, FileTensor>): ModelWeights {
	const plain = (name: string) => tensorOf(tensors, name).data;
	const linear = (name: string) => {
		const { shape, data } = tensorOf(tensors, `${name}.weight`);
		const [out = 0, input = 0] = shape;
		return transposed(data, out, input);
	};
	const layer = (index: number, kind: 'moe' | 'dense'): LayerWeights => {
		const at = `model.layers.${index}`;
		const feed = `${at}.feed_forward`;
		const network = (prefix: string) => ({
			gate_DF: linear(`${prefix}.gate_proj`),
			up_DF: linear(`${prefix}.up_proj`),
			down_FD: linear(`${prefix}.down_proj`)
		});
		const norm_D = plain(`${at}.post_attention_layernorm.weight`);
		return {
			attention: {
				norm_D: plain(`${at}.input_layernorm.weight`),
				q_DP: linear(`${at}.self_attn.q_proj`),
				k_DP: linear(`${at}.self_attn.k_proj`),
				v_DP: linear(`${at}.self_attn.v_proj`),
				out_PD: linear(`${at}.self_attn.o_proj`)
			},
			feedForward:
				kind === 'dense'
					? { kind, norm_D, ...network(feed) }
					: {
							kind,
							norm_D,
							router_DE: linear(`${feed}.router`),
							gateUp_EDF: plain(`${feed}.experts.gate_up_proj`),
							down_EFD: plain(`${feed}.experts.down_proj`),
							shared: network(`${feed}.shared_expert`)
						}
		};
	};
	return {
		embed_VD: plain('model.embed_tokens.weight'),
		layers: config.layers.map(({ feedForward }, index) => layer(index, feedForward)),
		finalNorm_D: plain('model.norm.weight'),
		output_DV: config.tiedEmbeddings ? null : linear('lm_head')
	};
}
