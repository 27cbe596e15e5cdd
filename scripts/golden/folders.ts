import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { isRecord } from '$lib/protocol/fileProblem';
import type { CaseBytes } from './case';

/** The cases in a folder, or the folder itself where it is one. */
export interface FoundCases {
	readonly cases: CaseBytes[];
	/** Folders with a config that is no Llama 4 text model: left out. */
	readonly others: string[];
}

/** @throws Error in one sentence if there is no such folder or it holds no case */
export function findCases(folder: string): FoundCases {
	if (!existsSync(folder) || !statSync(folder).isDirectory()) {
		throw new Error(`There is no folder ${folder}.`);
	}
	const names = readdirSync(folder, { withFileTypes: true })
		.filter((entry) => entry.isDirectory() || entry.isSymbolicLink())
		.map(({ name }) => join(folder, name))
		.sort();
	const found = [folder, ...names].filter((path) => existsSync(join(path, 'config.json')));
	const texts = found.filter(isTextCase);
	if (texts.length === 0) {
		throw new Error(
			`The folder ${folder} holds no case: no folder in it has a config.json of a Llama 4 text model with model.safetensors and activations.safetensors.`
		);
	}
	return {
		cases: texts.map(readFiles),
		others: found.filter((path) => !texts.includes(path)).map((path) => basename(path))
	};
}

/** Whether a folder is a case: a damaged config counts, so that it is reported and not passed over. */
function isTextCase(path: string): boolean {
	if (!['model', 'activations'].every((name) => existsSync(join(path, `${name}.safetensors`)))) {
		return false;
	}
	try {
		const config: unknown = JSON.parse(readFileSync(join(path, 'config.json'), 'utf8'));
		return !isRecord(config) || !/vision/.test(String(config['model_type']));
	} catch {
		return true;
	}
}

function readFiles(path: string): CaseBytes {
	const read = (name: string) => new Uint8Array(readFileSync(join(path, `${name}.safetensors`)));
	const readIfThere = (name: string) =>
		existsSync(join(path, `${name}.safetensors`)) ? read(name) : null;
	return {
		name: basename(path),
		config: readFileSync(join(path, 'config.json'), 'utf8'),
		model: read('model'),
		activations: read('activations'),
		grads: readIfThere('grads'),
		decode: readIfThere('decode')
	};
}
