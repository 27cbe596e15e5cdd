import * as tf from '@tensorflow/tfjs-core';
import type { Backend, BackendName } from '$lib/protocol/messages';
import { Refusal } from './refusal';

/** What a backend says once it is ready to compute. */
export interface Started {
	/** Why it is a good choice, as the end of “… computes: ”. */
	reason: string;
	threads: number;
}

/** How to start each backend: the worker hands in the real ones, a test its own. */
export type Starters = Record<BackendName, () => Promise<Started>>;

/** A backend that cannot run here; the message says why, as half a sentence. */
export class BackendUnfit extends Error {}

const ORDER: readonly BackendName[] = ['webgl', 'wasm', 'cpu'];

const TITLES: Record<BackendName, string> = {
	webgl: 'The graphics processor (WebGL)',
	wasm: 'WebAssembly',
	cpu: 'Plain JavaScript'
};

/**
 * Starts the best backend that answers: WebGL on a real graphics processor, then WebAssembly, then
 * plain JavaScript.
 *
 * @param wanted what the visitor asked for, tried first; null for no wish
 * @param allowWebgl false after the graphics processor was lost: then only a wish tries it
 * @returns the backend, and a note where a wish could not be met (else empty)
 * @throws Refusal if not even plain JavaScript starts
 */
export async function startBackend(
	wanted: string | null,
	allowWebgl: boolean,
	starters: Starters
): Promise<{ backend: Backend; note: string }> {
	const began = performance.now();
	const wish = ORDER.find((name) => name === wanted) ?? null;
	const notes: string[] = [];
	if (wanted !== null && wish === null) {
		notes.push(`There is no backend “${wanted.slice(0, 24)}”; webgl, wasm and cpu exist.`);
	}
	const rest = ORDER.filter((name) => name !== wish && (allowWebgl || name !== 'webgl'));
	const unfit: string[] = [];
	for (const name of wish ? [wish, ...rest] : rest) {
		const started = await attempt(starters[name]);
		if ('words' in started) {
			unfit.push(started.words);
			if (name === wish) notes.push(`${TITLES[name]} cannot run here: ${started.words}.`);
			continue;
		}
		const why = name === wish ? 'you asked for it' : [...unfit, started.reason].join('; ');
		const reason = `${TITLES[name]} computes: ${why}.`;
		const readyMs = performance.now() - began;
		const backend = { name, reason, threads: started.threads, readyMs };
		return { backend, note: notes.join(' ') };
	}
	throw new Refusal(`No backend runs in this browser: ${unfit.join('; ')}.`);
}

async function attempt(start: () => Promise<Started>): Promise<Started | { words: string }> {
	try {
		return await start();
	} catch (error) {
		return { words: error instanceof BackendUnfit ? error.message : 'it does not start' };
	}
}

/** Plain JavaScript: always there, slow. */
export async function startCpu(): Promise<Started> {
	await import('@tensorflow/tfjs-backend-cpu');
	await activate('cpu');
	return { reason: 'it runs everywhere, slowly', threads: 1 };
}

/**
 * Makes a registered backend the one that computes.
 *
 * @throws BackendUnfit if it does not start
 */
export async function activate(name: BackendName): Promise<void> {
	if (!(await tf.setBackend(name))) throw new BackendUnfit('it does not start');
	tf.enableProdMode();
}
