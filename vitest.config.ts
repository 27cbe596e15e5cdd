import { fileURLToPath } from 'node:url';
import { playwright } from '@vitest/browser-playwright';
import { compile, compileModule } from 'svelte/compiler';
import type { Plugin } from 'vite';
import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';
import { assembly } from './scripts/assembly.mjs';
import { findChrome, launchOptions } from './scripts/chrome.mjs';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/**
 * The parts of TensorFlow.js that code and tests import. Each test run bundles them together once, so
 * that they load fast and share one instance, with its gradients (see docs/decisions/0003).
 */
const tensorflow = [
	'@tensorflow/tfjs-core',
	'@tensorflow/tfjs-core/dist/register_all_gradients.js',
	'@tensorflow/tfjs-backend-cpu',
	'@tensorflow/tfjs-backend-wasm',
	'@tensorflow/tfjs-backend-webgl'
];

/** What is imported past the bundle would come with a second instance: refused. */
const oneInstance: Plugin = {
	name: 'one-instance-of-tensorflow',
	enforce: 'pre',
	resolveId(id) {
		const isFile = id.endsWith('.wasm?url');
		if (/^@tensorflow\//.test(id) && !isFile && !tensorflow.includes(id)) {
			this.error(`${id} is not in the list of vitest.config.ts`);
		}
	}
};

/** Svelte compiles components and rune classes; in Node as on a server, where state is a plain field. */
const runes: Plugin = {
	name: 'runes',
	transform(code, id, options) {
		if (!/\.svelte(\.ts)?$/.test(id)) return null;
		const generate = options?.ssr ? 'server' : 'client';
		const make = id.endsWith('.ts') ? compileModule : compile;
		const { js } = make(code, { filename: id, generate, dev: false });
		return { code: js.code, map: js.map.toString() };
	}
};

/** TensorFlow's wasm glue is CommonJS inside: in Node it asks for `require`, and for `__dirname` to find its files. */
const intro = [
	`import { createRequire as createRequireForBundle } from 'node:module';`,
	`const require = createRequireForBundle(import.meta.url);`,
	`const __dirname = ${JSON.stringify(here('node_modules/@tensorflow/tfjs-backend-wasm/dist'))};`
].join('\n');

/** Tests that run in Node, on the backends `cpu` and `wasm`. */
function inNode(name: string, include: string, exclude: string[]): TestProjectInlineConfiguration {
	const ssr = { enabled: true, include: tensorflow, rolldownOptions: { output: { intro } } };
	return {
		extends: true,
		test: { name, include: [include], exclude, deps: { optimizer: { ssr } }, testTimeout: 30_000 }
	};
}

/** Tests that run in Chromium, with WebGL. */
const inBrowser: TestProjectInlineConfiguration = {
	extends: true,
	optimizeDeps: { include: [...tensorflow, 'idb', 'svelte', 'svelte/internal/client'] },
	test: {
		name: 'browser',
		include: ['tests/**/*.browser.test.ts'],
		sequence: { groupOrder: 1 },
		testTimeout: 30_000,
		browser: {
			enabled: true,
			headless: true,
			screenshotFailures: false,
			provider: playwright(findChrome() ? { launchOptions: launchOptions() } : {}),
			instances: [{ browser: 'chromium' }]
		}
	}
};

/** Tests that visit the built site in Chromium, driven from Node, one after another. */
const onPages: TestProjectInlineConfiguration = {
	extends: true,
	test: {
		name: 'pages',
		include: ['tests/pages/**/*.e2e.ts'],
		globalSetup: 'tests/pages/site.ts',
		maxWorkers: 1,
		sequence: { groupOrder: 2 },
		testTimeout: 60_000,
		hookTimeout: 60_000
	}
};

export default defineConfig({
	cacheDir: '.cache/vitest',
	resolve: { alias: { $lib: here('src/lib') } },
	plugins: [assembly(), oneInstance, runes],
	worker: { plugins: () => [assembly()] },
	test: {
		projects: [
			inNode('unit', 'tests/**/*.test.ts', ['tests/**/*.browser.test.ts', 'tests/golden/**']),
			inNode('golden', 'tests/golden/*.test.ts', ['tests/golden/*.browser.test.ts']),
			inBrowser,
			onPages
		]
	}
});
