import { readFileSync } from 'node:fs';
import { openRun } from '$lib/engine/files';
import type { Run } from '$lib/engine/run';
import { NO_TICKET } from '$lib/protocol/messages';
import { INITIAL_SETTINGS } from '$lib/protocol/settings';
import { readCard, toyPath } from '../toys/files';

/** Opens one of the trained toys as the engine of a page would. */
export function openToy(toy: string): Run {
	const { task, steps, seed } = readCard(toy);
	return openRun({
		type: 'open',
		ticket: NO_TICKET,
		name: toy,
		config: readFileSync(toyPath(toy, 'config.json'), 'utf8'),
		weights: Uint8Array.from(readFileSync(toyPath(toy, 'model.safetensors'))).buffer,
		settings: INITIAL_SETTINGS,
		source: { task, text: null },
		step: steps,
		seed
	});
}
