/**
 * `config.json` as Hugging Face writes it for `Llama4ForCausalLM`, both ways.
 *
 * A missing field takes Hugging Face's default. What Hugging Face cannot express (a gate on the output, a
 * softmax router, an added scale, a sliding window) is written to a field `llamascope`, and the file then
 * names the architecture `llamascope`, so that no other program takes it for a Llama 4 and computes
 * something else in silence.
 *
 * Source: `Llama4TextConfig`, huggingface/transformers, models/llama4/configuration_llama4.py.
 */
import { checkConfig, LIMITS } from './check';
import type { LayerConfig, ModelConfig, RopeScaling, Variants } from './config';
import { FileProblem, isRecord, quoted } from './fileProblem';

export { isHfLlama4, writeHfConfig } from './hfConfigText';

type Fields = Readonly<Record<string, unknown>>;

const SUPPORTED = 'what can be opened is Llama 4 (Llama4ForCausalLM)';

/**
 * Reads a `config.json`.
 *
 * @param json its text, or what JSON made of it
 * @returns the configuration, and sentences on what was left out or changed
 * @throws FileProblem for whatever cannot be read or run; nothing else is ever thrown
 */
export function readHfConfig(json: unknown): { config: ModelConfig; notes: string[] } {
	const outer = typeof json === 'string' ? parse(json) : json;
	if (!isRecord(outer)) throw new FileProblem('This config is not a JSON object.');
	const notes: string[] = [];
	const fields = textFields(outer, notes);
	refuseOtherParts(fields);
	const config = { ...readSizes(fields, notes), ...readRules(fields), layers: readLayers(fields) };
	const problem = checkConfig(config);
	if (problem !== null) throw new FileProblem(problem);
	return { config, notes };
}

function parse(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		throw new FileProblem('This config is not JSON.');
	}
}

/** The fields of the text model: the whole file, or the part `text_config` of one with pictures. */
function textFields(outer: Fields, notes: string[]): Fields {
	const { model_type: type, architectures, text_config: inner } = outer;
	const names: unknown[] = Array.isArray(architectures) ? architectures : [];
	if (
		type === 'llama4' ||
		(type === undefined && names.includes('Llama4ForConditionalGeneration'))
	) {
		if (!isRecord(inner)) throw new FileProblem('This Llama 4 config lacks its text_config.');
		notes.push('Only the text part of this model is opened; the picture part is left out.');
		return inner;
	}
	const isText = type === 'llama4_text' || type === 'llamascope';
	if (isText || (type === undefined && names.includes('Llama4ForCausalLM'))) return outer;
	const [name] = [type, ...names].filter((value) => typeof value === 'string');
	if (name === undefined) throw new FileProblem(`This config names no architecture; ${SUPPORTED}.`);
	throw new FileProblem(`This config is of the architecture ${quoted(name)}; ${SUPPORTED}.`);
}

function refuseOtherParts(fields: Fields): void {
	const activation = fields['hidden_act'] ?? 'silu';
	if (activation !== 'silu') {
		const name = typeof activation === 'string' ? quoted(activation) : 'something else';
		throw new FileProblem(`Llama 4 bends with silu; this config says ${name}.`);
	}
	if (isOn(fields, 'attention_bias', false)) {
		throw new FileProblem('This config has biases in attention; Llama 4 has none.');
	}
}

function readSizes(fields: Fields, notes: string[]) {
	const width = count(fields, 'hidden_size', 5120);
	const heads = count(fields, 'num_attention_heads', 40);
	const longest = count(fields, 'max_position_embeddings', 131_072);
	if (longest > LIMITS.length) {
		notes.push(`The page offers ${LIMITS.length} of the ${longest} positions of this model.`);
	}
	const isNull = (name: string) => fields[name] === null;
	return {
		vocabulary: count(fields, 'vocab_size', 202_048),
		width,
		heads,
		kvHeads: isNull('num_key_value_heads') ? heads : count(fields, 'num_key_value_heads', 8),
		headWidth: isNull('head_dim') ? Math.floor(width / heads) : count(fields, 'head_dim', 128),
		feedForward: count(fields, 'intermediate_size', 8192),
		denseFeedForward: count(fields, 'intermediate_size_mlp', 16_384),
		experts: count(fields, 'num_local_experts', 16),
		topK: count(fields, 'num_experts_per_tok', 1),
		chunk: count(fields, 'attention_chunk_size', 8192),
		maxLength: Math.min(longest, LIMITS.length)
	};
}

function readRules(fields: Fields) {
	const isScaled = isOn(fields, 'attn_temperature_tuning', true);
	return {
		qkNorm: isOn(fields, 'use_qk_norm', true),
		attentionScale: isScaled
			? {
					floorScale: number(fields, 'floor_scale', 8192),
					attnScale: number(fields, 'attn_scale', 0.1)
				}
			: null,
		rope: readRope(fields),
		normEps: number(fields, 'rms_norm_eps', 1e-5),
		tiedEmbeddings: isOn(fields, 'tie_word_embeddings', false),
		variants: readVariants(fields)
	};
}

/** Rotary settings in the old form (`rope_theta`, `rope_scaling`) or the new (`rope_parameters`). */
function readRope(fields: Fields): ModelConfig['rope'] {
	const given = fields['rope_scaling'] ?? fields['rope_parameters'] ?? {};
	if (!isRecord(given)) throw new FileProblem('The RoPE scaling of this config cannot be read.');
	const theta = number(given, 'rope_theta', number(fields, 'rope_theta', 500_000));
	return { theta, scaling: readScaling(given) };
}

function readScaling(given: Fields): RopeScaling | null {
	const rule = given['rope_type'] ?? given['type'] ?? 'default';
	if (rule === 'default') return null;
	if (rule !== 'llama3') {
		const name = typeof rule === 'string' ? quoted(rule) : 'no known rule';
		throw new FileProblem(`This config scales RoPE by ${name}; what can be opened is “llama3”.`);
	}
	return {
		factor: number(given, 'factor'),
		lowFactor: number(given, 'low_freq_factor'),
		highFactor: number(given, 'high_freq_factor'),
		originalLength: number(given, 'original_max_position_embeddings')
	};
}

/** Which layers rotate, how far each looks and which have experts, by list or by interval. */
function readLayers(fields: Fields): LayerConfig[] {
	const size = count(fields, 'num_hidden_layers', 48);
	if (size > LIMITS.layers) {
		throw new FileProblem(`The page takes up to ${LIMITS.layers} layers, not ${size}.`);
	}
	const rotates = readRotations(fields, size);
	const scopes = readScopes(fields, rotates);
	const moe = readMoeLayers(fields, size);
	return rotates.map((isRope, layer) => ({
		positions: isRope ? 'rope' : 'nope',
		scope: scopes[layer] ?? 'global',
		feedForward: moe.has(layer) ? 'moe' : 'dense'
	}));
}

/** `no_rope_layers` means the reverse of its name: 1 where a layer rotates. An empty list counts as none. */
function readRotations(fields: Fields, size: number): boolean[] {
	const given = list(fields, 'no_rope_layers');
	const interval = count(fields, 'no_rope_layer_interval', 4);
	if (given === null || given.length === 0) {
		return Array.from({ length: size }, (_, layer) => (layer + 1) % interval !== 0);
	}
	if (given.length < size) {
		throw new FileProblem(`no_rope_layers names ${given.length} of ${size} layers.`);
	}
	return given.slice(0, size).map((value) => {
		if (value !== 0 && value !== 1 && typeof value !== 'boolean') {
			throw new FileProblem('no_rope_layers must hold 1 (with RoPE) and 0 (without) only.');
		}
		return Boolean(value);
	});
}

const SCOPES: Readonly<Record<string, LayerConfig['scope']>> = {
	chunked_attention: 'chunked',
	full_attention: 'global',
	sliding_attention: 'sliding'
};

function readScopes(fields: Fields, rotates: readonly boolean[]): LayerConfig['scope'][] {
	const given = list(fields, 'layer_types');
	if (given === null) return rotates.map((isRope) => (isRope ? 'chunked' : 'global'));
	if (given.length !== rotates.length) {
		throw new FileProblem(`layer_types names ${given.length} of ${rotates.length} layers.`);
	}
	const isOurs = fields['model_type'] === 'llamascope';
	return given.map((name) => {
		const scope =
			typeof name === 'string' && Object.hasOwn(SCOPES, name) ? SCOPES[name] : undefined;
		if (scope === undefined || (scope === 'sliding' && !isOurs)) {
			throw new FileProblem(
				`layer_types holds ${typeof name === 'string' ? quoted(name) : 'something unreadable'}; Llama 4 has chunked_attention and full_attention.`
			);
		}
		return scope;
	});
}

function readMoeLayers(fields: Fields, size: number): Set<number> {
	const given = list(fields, 'moe_layers');
	const step = count(fields, 'interleave_moe_layer_step', 1);
	if (given === null) {
		const all = Array.from({ length: size }, (_, layer) => layer);
		return new Set(all.filter((layer) => (layer + 1) % step === 0));
	}
	const layers = given.map((layer) => {
		if (!isCount(layer, 0) || layer >= size) {
			throw new FileProblem(`moe_layers must hold layers from 0 to ${size - 1} only.`);
		}
		return layer;
	});
	return new Set(layers);
}

/** The field `llamascope`, which only our own files have. */
function readVariants(fields: Fields): Variants {
	const given = fields['llamascope'] ?? {};
	if (!isRecord(given)) throw new FileProblem('The field llamascope cannot be read.');
	return {
		gate: oneOf(given, 'gate', ['input', 'output']),
		router: oneOf(given, 'router', ['sigmoid', 'softmax']),
		scale: oneOf(given, 'scale', ['multiply', 'add'])
	};
}

function oneOf<T extends string>(fields: Fields, name: string, choices: readonly [T, ...T[]]): T {
	const value = fields[name] ?? choices[0];
	const found = choices.find((choice) => choice === value);
	if (found === undefined) {
		throw new FileProblem(`The field llamascope.${name} must be one of ${choices.join(', ')}.`);
	}
	return found;
}

/** A whole number of at least 1; missing or null gives the default. */
function count(fields: Fields, name: string, initial: number): number {
	const value = fields[name] ?? initial;
	if (!isCount(value, 1)) throw new FileProblem(`${name} must be a whole number of at least 1.`);
	return value;
}

/** A finite number; missing or null gives the default, if there is one. */
function number(fields: Fields, name: string, initial?: number): number {
	const value = fields[name] ?? initial;
	if (typeof value !== 'number' || !Number.isFinite(value)) {
		throw new FileProblem(`${name} must be a number.`);
	}
	return value;
}

/** Yes or no; numbers count as in Python, where all but 0 are yes. */
function isOn(fields: Fields, name: string, initial: boolean): boolean {
	const value = fields[name] ?? initial;
	if (typeof value !== 'boolean' && typeof value !== 'number') {
		throw new FileProblem(`${name} must be true or false.`);
	}
	return Boolean(value);
}

function list(fields: Fields, name: string): unknown[] | null {
	const value = fields[name] ?? null;
	if (value !== null && !Array.isArray(value)) throw new FileProblem(`${name} must be a list.`);
	return value;
}

function isCount(value: unknown, least: number): value is number {
	return typeof value === 'number' && Number.isSafeInteger(value) && value >= least;
}
