import { paramsFromFile, paramsToFile } from '$lib/model/files';
import type { RunHeader, Source } from '$lib/protocol/checkpoint';
import { isRecord } from '$lib/protocol/fileProblem';
import { readHfConfig } from '$lib/protocol/hfConfig';
import { writeHfConfig } from '$lib/protocol/hfConfigText';
import { emptyHistory } from '$lib/protocol/history';
import type { Command } from '$lib/protocol/messages';
import { readSafetensors, writeSafetensors } from '$lib/protocol/safetensors';
import { trainConfig } from '$lib/protocol/settings';
import { settingsOf } from '$lib/protocol/settingsOf';
import { TASK_IDS } from '$lib/tasks';
import { stateOf } from '$lib/train/state';
import { taskOfSource, type Run } from './run';

type Open = Extract<Command, { type: 'open' }>;

/** A model as files. */
export interface SavedFiles {
	name: string;
	config: string;
	weights: ArrayBuffer;
}

/** Where our own files say how they were made, in the metadata of the weights. */
const CARD = 'llamascope';

/** What our own files say besides the weights. A visitor's text is never among it. */
interface Card {
	task: string;
	step: number;
	seed: number;
}

/**
 * A model from a `config.json` and a `model.safetensors` of Hugging Face's `Llama4ForCausalLM`. Training
 * goes on with an empty optimizer.
 *
 * @throws FileProblem naming the first thing that is wrong with the files
 */
export function openRun({ name, config: text, weights, settings, source, step, seed }: Open): Run {
	const { config } = readHfConfig(text);
	const { tensors, metadata } = readSafetensors(new Uint8Array(weights));
	const card = readCard(metadata[CARD]) ?? { task: source.task, step, seed };
	const described = settingsOf(config, { ...settings, seed: card.seed });
	const trained: Source = card.task === source.task ? source : { task: card.task, text: null };
	const task = taskOfSource(trained);
	const state = stateOf(paramsFromFile(config, tensors), card.step);
	const header: RunHeader = {
		name,
		config,
		train: trainConfig(described),
		settings: described,
		source: trained,
		seed: card.seed,
		step: card.step,
		history: emptyHistory()
	};
	return { header, task, state };
}

/** What a file of ours says, or null for any other. */
function readCard(text: string | undefined): Card | null {
	if (text === undefined) return null;
	try {
		const card: unknown = JSON.parse(text);
		if (!isRecord(card)) return null;
		const { task, step, seed } = card;
		if (!isCount(step) || !isCount(seed)) return null;
		const known = TASK_IDS.find((id) => id === task);
		return known ? { task: known, step, seed } : null;
	} catch {
		return null;
	}
}

function isCount(value: unknown): value is number {
	return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

/** The model of a run as files that Hugging Face's `Llama4ForCausalLM` opens, weights as 32-bit floats. */
export async function saveRun({ header, state }: Run): Promise<SavedFiles> {
	const { name, config, source, seed } = header;
	const card: Card = { task: source.task, step: state.step, seed };
	const metadata = { format: 'pt', [CARD]: JSON.stringify(card) };
	const bytes = writeSafetensors(await paramsToFile(state.params, config), 'F32', metadata);
	return { name, config: writeHfConfig(config), weights: bytes.buffer };
}
