import type { Command } from '$lib/protocol/messages';
import { Refusal } from './refusal';
import type { Run } from './run';

type Open = Extract<Command, { type: 'open' }>;

/** A model as files. */
export interface SavedFiles {
	name: string;
	config: string;
	weights: ArrayBuffer;
}

export function openRun({ name }: Open): Run {
	throw new Refusal(`“${name}” cannot be opened.`);
}

export function saveRun({ header }: Run): Promise<SavedFiles> {
	throw new Refusal(`“${header.name}” cannot be saved.`);
}
