import type { FileTensor } from '$lib/protocol/safetensors';
import { readSafetensors } from '$lib/protocol/safetensors';

/** The tensors of one file by name. */
export type Tensors = ReadonlyMap<string, FileTensor>;

/** The bytes of one case; files that a case need not have are null. */
export interface CaseBytes {
	readonly name: string;
	/** Text of config.json. */
	readonly config: string;
	readonly model: Uint8Array;
	readonly activations: Uint8Array;
	readonly grads: Uint8Array | null;
	readonly decode: Uint8Array | null;
}

/** One case, read. */
export interface GoldenCase {
	readonly name: string;
	readonly config: string;
	readonly weights: Tensors;
	readonly activations: Tensors;
	readonly grads: Tensors | null;
	readonly decode: Tensors | null;
}

/** @throws FileProblem if a file is damaged */
export function readCase({ name, config, ...files }: CaseBytes): GoldenCase {
	const read = (bytes: Uint8Array | null) => (bytes ? readSafetensors(bytes).tensors : null);
	return {
		name,
		config,
		weights: readSafetensors(files.model).tensors,
		activations: readSafetensors(files.activations).tensors,
		grads: read(files.grads),
		decode: read(files.decode)
	};
}

/** The tensor of that name, or an error that names it. */
export function tensorOf(tensors: Tensors, name: string): FileTensor {
	const tensor = tensors.get(name);
	if (!tensor) throw new Error(`the case lacks ${name}`);
	return tensor;
}
