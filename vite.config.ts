import { sveltekit } from '@sveltejs/kit/vite';
import { defineConfig } from 'vite';
import { assembly } from './scripts/assembly.mjs';

export default defineConfig({
	plugins: [assembly(), sveltekit()],
	worker: { format: 'es', plugins: () => [assembly()] },
	build: {
		// The engine and its wasm are large on purpose, and loaded late; scripts/budgets.mjs holds the limits.
		chunkSizeWarningLimit: 2000,
		rolldownOptions: { checks: { bundlerTimings: false } }
	}
});
