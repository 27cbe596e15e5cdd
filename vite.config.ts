import { sveltekit } from '@sveltejs/kit/vite';
import { defineConfig } from 'vite';

export default defineConfig({
	plugins: [sveltekit()],
	worker: { format: 'es' },
	build: {
		// The engine and its wasm are large on purpose, and loaded late; scripts/budgets.mjs holds the limits.
		chunkSizeWarningLimit: 2000,
		rolldownOptions: { checks: { bundlerTimings: false } }
	}
});
