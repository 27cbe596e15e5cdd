import { lockOf } from '$lib/protocol/checkpoint';

/**
 * Hears of a worker's end, whatever ended it: the worker holds its tab's lock while it lives, and
 * whoever waits for the lock gets it when the worker is gone.
 *
 * @returns ends the wait
 */
export function watchForDeath(tab: string, ondeath: () => void): () => void {
	const end = new AbortController();
	navigator.locks
		.request(lockOf(tab), { signal: end.signal }, () => {
			if (!end.signal.aborted) ondeath();
		})
		.catch(() => undefined);
	return () => end.abort();
}
