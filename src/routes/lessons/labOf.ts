import { asset } from '$app/paths';
import { Lab } from '$lib/lab/lab.svelte';

/** The page's end of an engine; the engine itself begins with `lab.start()`. */
export function labOf(backend: string | null): Lab {
	return new Lab({
		startWorker: () =>
			new Worker(new URL('../../lib/engine/engine.worker.ts', import.meta.url), { type: 'module' }),
		toyUrl: (toy, file) => asset(`/toys/${toy}/${file}`),
		backend
	});
}
