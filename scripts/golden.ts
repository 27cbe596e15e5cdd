/**
 * Compares our model with the reference numbers of the real Llama 4 code, and prints a table:
 *
 *     npm run golden
 *     npm run golden -- --backend cpu|wasm|webgl     (wasm unless said; webgl runs in a browser)
 *     npm run golden -- --dir DIR                    (or GOLDEN_DIR: other cases of the same format)
 *
 * Exit code 1 if anything differs by more than tests/golden/README.md allows, or nothing was compared.
 */
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import * as tf from '@tensorflow/tfjs-core';
import { openBrowser } from './golden/browser';
import { readCase, type CaseBytes } from './golden/case';
import { compareCase } from './golden/compare';
import { findCases } from './golden/folders';
import { tableText } from './golden/table';
import type { GoldenRow } from './golden/tally';

const BACKENDS = ['cpu', 'wasm', 'webgl'];

/** Whatever is wrong with the question is said in one sentence. */
function readArguments(): { backend: string; folder: string } {
	const { values } = parseArgs({
		options: { backend: { type: 'string', default: 'wasm' }, dir: { type: 'string' } }
	});
	const { backend, dir = process.env['GOLDEN_DIR'] ?? 'tests/golden' } = values;
	if (!BACKENDS.includes(backend)) {
		throw new Error(`There is no backend ${backend}; choose one of ${BACKENDS.join(', ')}.`);
	}
	return { backend, folder: resolve(dir) };
}

interface Comparer {
	compare: (golden: CaseBytes) => Promise<GoldenRow[]>;
	close: () => Promise<void>;
}

async function comparerOn(backend: string): Promise<Comparer> {
	if (backend === 'webgl') return openBrowser(process.cwd());
	tf.enableProdMode();
	if (!(await tf.setBackend(backend))) throw new Error(`The backend ${backend} does not start.`);
	return { compare: (golden) => compareCase(readCase(golden)), close: () => Promise.resolve() };
}

/** The rows of a case; one that cannot be read or run is a row that misses. */
async function rowsOf(golden: CaseBytes, { compare }: Comparer): Promise<GoldenRow[]> {
	try {
		return await compare(golden);
	} catch (error) {
		const worst = error instanceof Error ? error.message.split('\n')[0]! : String(error);
		const miss = { error: Infinity, tolerance: 0, isWithin: false, count: 0 };
		return [{ case: golden.name, group: 'reading', worst, ...miss }];
	}
}

async function main(): Promise<boolean> {
	const { backend, folder } = readArguments();
	const { cases, others } = findCases(folder);
	const comparer = await comparerOn(backend);
	const rows: GoldenRow[] = [];
	try {
		for (const golden of cases) rows.push(...(await rowsOf(golden, comparer)));
	} finally {
		await comparer.close();
	}
	console.log(tableText(rows));
	if (others.length > 0) console.log(`Left out, no text model: ${others.join(', ')}.`);
	const misses = rows.filter(({ isWithin }) => !isWithin).length;
	const compared = rows.reduce((sum, { count }) => sum + count, 0);
	console.log(
		`${backend}: ${cases.length} cases, ${compared} tensors, ${misses === 0 ? 'all within tolerance' : `${misses} of ${rows.length} groups miss`}.`
	);
	return misses === 0;
}

try {
	process.exitCode = (await main()) ? 0 : 1;
} catch (error) {
	console.error(error instanceof Error ? error.message : error);
	process.exitCode = 1;
}
