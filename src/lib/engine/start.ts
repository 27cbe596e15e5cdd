/** Starts an engine in a worker of its own. Pages hand this to their `Lab`. */
export function startWorker(): Worker {
	return new Worker(new URL('./engine.worker.ts', import.meta.url), {
		type: 'module',
		name: 'llamascope-engine'
	});
}
