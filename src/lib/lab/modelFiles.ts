/** A model as it lies in files, before anyone has looked inside. */
export interface ModelFiles {
	name: string;
	/** The text of `config.json`. */
	config: string;
	/** The bytes of `model.safetensors`. */
	weights: ArrayBuffer;
}

/** How one of our toys was made: the part of `toy.json` that the engine needs. */
export interface ToyCard {
	task: string;
	/** Training steps done. */
	steps: number;
	seed: number;
}

/** Files that are no model's; the message is one sentence for the visitor. */
export class NoModel extends Error {}

/** Largest weights file that is read, in bytes. */
const LARGEST = 2 ** 29;
const LARGEST_CONFIG = 2 ** 20;

/**
 * Finds the config and the weights among files that a visitor chose.
 *
 * @throws NoModel if one of them is missing, doubled or too large
 */
export async function readModelFiles(files: readonly File[]): Promise<ModelFiles> {
	const weights = only(files, '.safetensors', 'the weights');
	const config = only(files, '.json', 'the config');
	if (weights.size > LARGEST) {
		throw new NoModel(
			`“${weights.name}” has ${megabytes(weights.size)}; the page takes ${megabytes(LARGEST)}.`
		);
	}
	if (config.size > LARGEST_CONFIG)
		throw new NoModel(`“${config.name}” is too large for a config.`);
	const [text, bytes] = await Promise.all([config.text(), weights.arrayBuffer()]);
	return { name: weights.name, config: text, weights: bytes };
}

function only(files: readonly File[], ending: string, what: string): File {
	const [first, ...more] = files.filter(({ name }) => name.toLowerCase().endsWith(ending));
	if (!first) {
		throw new NoModel(
			`A model has two files, and ${what} (a file ending in ${ending}) is missing.`
		);
	}
	if (more.length > 0)
		throw new NoModel(`There is more than one file ending in ${ending}: choose one.`);
	return first;
}

/**
 * Fetches one of our toys.
 *
 * @param toyUrl address of a file of a toy
 * @throws NoModel if a file does not arrive
 */
export async function fetchToy(
	toy: string,
	toyUrl: (toy: string, file: string) => string
): Promise<ModelFiles & { card: ToyCard }> {
	const get = async (file: string) => {
		const response = await fetch(toyUrl(toy, file)).catch(() => null);
		if (!response?.ok) throw new NoModel(`The toy “${toy}” could not be fetched (${file}).`);
		return response;
	};
	const [config, weights, card] = await Promise.all([
		get('config.json').then((response) => response.text()),
		get('model.safetensors').then((response) => response.arrayBuffer()),
		get('toy.json').then((response) => response.json() as Promise<ToyCard>)
	]);
	return { name: toy, config, weights, card };
}

function megabytes(bytes: number): string {
	return `${Math.ceil(bytes / 2 ** 20)} MB`;
}
