/**
 * Compiles the AssemblyScript of src/lib/kernels/assembly: a plugin for Vite, so that
 *
 *     import code from './assembly/index.as';
 *
 * gives the WebAssembly module as base64. Finished modules are kept in .cache/assembly, under a
 * fingerprint of everything they are made of.
 */
import { createHash } from 'node:crypto';
import {
	existsSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	renameSync,
	writeFileSync
} from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const cache = join(root, '.cache/assembly');

/** Nothing of the module's own lies in the memory that it shares: no data, no heap, no stack. */
const OPTIONS = [
	...['--optimizeLevel', '3', '--shrinkLevel', '0', '--noAssert', '--enable', 'simd'],
	...['--runtime', 'stub', '--importMemory', '--noExportMemory', '--initialMemory', '1']
];

/**
 * What we use of the compiler.
 *
 * @typedef {object} Compiler
 * @property {(
 * 	args: string[],
 * 	files: {
 * 		readFile(name: string): string | null;
 * 		writeFile(name: string, contents: Uint8Array): void;
 * 		listFiles(): string[];
 * 	}
 * ) => Promise<{ error: Error | null; stderr: { toString(): string } }>} main
 */

/**
 * All sources of a folder, by name; the compiler knows them as `.ts`.
 *
 * @param {string} folder
 * @returns {Map<string, string>}
 */
function sourcesIn(folder) {
	const names = readdirSync(folder).filter((name) => name.endsWith('.as'));
	return new Map(
		names.map((name) => [name.replace(/\.as$/, '.ts'), readFileSync(join(folder, name), 'utf8')])
	);
}

/**
 * @param {string} entry name of a source
 * @param {Map<string, string>} sources
 * @returns {Promise<Uint8Array>}
 * @throws {Error} with the compiler's own words
 */
async function compile(entry, sources) {
	// By its place: the compiler's own types would change what `at` of every array may give.
	const { main } = /** @type {Compiler} */ (
		await import(import.meta.resolve('assemblyscript/asc'))
	);
	/** @type {Uint8Array | undefined} */
	let module;
	const { error, stderr } = await main([entry, ...OPTIONS, '--outFile', 'out.wasm'], {
		readFile: (name) => sources.get(name) ?? null,
		writeFile: (_name, contents) => void (module = contents),
		listFiles: () => []
	});
	if (error || !module) throw new Error(`AssemblyScript: ${stderr.toString()}`);
	return module;
}

/**
 * The compiled module of an entry, from the cache where nothing has changed.
 *
 * @param {string} entry path of an `.as` file
 * @returns {Promise<Buffer>}
 */
async function moduleOf(entry) {
	const sources = sourcesIn(dirname(entry));
	const lock = readFileSync(join(root, 'node_modules/assemblyscript/package.json'));
	const hash = createHash('sha256').update(lock).update(OPTIONS.join(' ')).update(entry);
	for (const [name, text] of sources) hash.update(name).update(text);
	const kept = join(cache, `${hash.digest('hex')}.wasm`);
	if (existsSync(kept)) return readFileSync(kept);
	const name = entry.slice(dirname(entry).length + 1).replace(/\.as$/, '.ts');
	const made = Buffer.from(await compile(name, sources));
	mkdirSync(cache, { recursive: true });
	// Written aside first: another process may read at the same moment.
	writeFileSync(`${kept}.${process.pid}`, made);
	renameSync(`${kept}.${process.pid}`, kept);
	return made;
}

/**
 * The plugin.
 *
 * @returns {import('vite').Plugin}
 */
export function assembly() {
	return {
		name: 'assembly',
		enforce: 'pre',
		async load(id) {
			const [file = ''] = id.split('?');
			if (!file.endsWith('.as')) return null;
			for (const name of readdirSync(dirname(file))) this.addWatchFile(join(dirname(file), name));
			return `export default ${JSON.stringify((await moduleOf(file)).toString('base64'))};`;
		}
	};
}
