/**
 * Bundles a TypeScript entry of scripts/ or bench/ and runs it in Node:
 *
 *     node scripts/run.mjs scripts/golden.ts --backend wasm
 *
 * The bundle holds TensorFlow.js as one single instance, with its gradients (see docs/decisions/0003).
 * The script runs in the project's root, gets the remaining arguments, and its exit code is ours.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'vite';
import { assembly } from './assembly.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

/** TensorFlow's wasm glue is CommonJS inside: it asks for `require`, and for `__dirname` to find its files. */
const banner = [
	`import { createRequire as createRequireForBundle } from 'node:module';`,
	`const require = createRequireForBundle(import.meta.url);`,
	`const __dirname = ${JSON.stringify(join(root, 'node_modules/@tensorflow/tfjs-backend-wasm/dist'))};`
].join('\n');

/**
 * The tools of scripts/*.mjs are imported, not bundled: they know their place in the project.
 *
 * @type {import('vite').Plugin}
 */
const toolsStayOutside = {
	name: 'tools-stay-outside',
	enforce: 'pre',
	resolveId(id, importer) {
		if (!/(^|\/)scripts\/[\w-]+\.mjs$|^\.\/[\w-]+\.mjs$/.test(id) || !importer) return null;
		return { id: pathToFileURL(resolve(dirname(importer), id)).href, external: true };
	}
};

/**
 * Bundles `entry` into `folder`.
 *
 * @param {string} entry path of a TypeScript file
 * @param {string} folder where the bundle goes
 * @returns {Promise<string>} path of the bundle
 */
async function bundle(entry, folder) {
	const name = `${basename(entry, '.ts')}.mjs`;
	await build({
		root,
		configFile: false,
		logLevel: 'error',
		publicDir: false,
		resolve: { alias: { $lib: join(root, 'src/lib') } },
		plugins: [toolsStayOutside, assembly()],
		ssr: { noExternal: [/^@tensorflow\//] },
		build: {
			ssr: entry,
			outDir: folder,
			target: 'node20',
			minify: false,
			sourcemap: true,
			reportCompressedSize: false,
			rolldownOptions: { output: { entryFileNames: name, banner } }
		}
	});
	return join(folder, name);
}

/**
 * Runs a bundle and waits for its end. Signals reach it through the shared terminal.
 *
 * @param {string} file
 * @param {string[]} args
 * @returns {Promise<number>} exit code
 */
function runNode(file, args) {
	const child = spawn(process.execPath, ['--enable-source-maps', file, ...args], {
		cwd: root,
		stdio: 'inherit'
	});
	return new Promise((done) => child.on('close', (code) => done(code ?? 1)));
}

const [entry, ...args] = process.argv.slice(2);
if (!entry || !existsSync(resolve(entry))) {
	console.error(
		`usage: node scripts/run.mjs ENTRY.ts [ARGUMENTS]${entry ? ` (no file ${entry})` : ''}`
	);
	process.exit(2);
}
const cache = join(root, '.cache/run');
mkdirSync(cache, { recursive: true });
const folder = mkdtempSync(join(cache, `${basename(entry, '.ts')}-`));
try {
	process.exitCode = await runNode(await bundle(resolve(entry), folder), args);
} finally {
	rmSync(folder, { recursive: true, force: true });
}
