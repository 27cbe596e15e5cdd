/**
 * Measures in headless Chromium, on production bundles, what a visitor feels and how fast the model
 * trains beside its peers; prints tables and writes docs/performance.md:
 *
 *     npm run bench
 *     npm run bench -- --quick               (few repetitions, within three minutes on two cores)
 *     npm run bench -- --backend wasm,webgl  (wasm unless said; cpu too)
 *     npm run bench -- --only base,growth    (of visit, small, base, toy, growth, memory; writes no page)
 *     npm run bench -- --json FILE           (the raw figures: docs/benchmark.md)
 *
 * Exit code 1 if a contender's losses are not ours.
 */
import { writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { format, resolveConfig } from 'prettier';
import type { BackendName } from '$lib/protocol/messages';
import type { ContenderName } from './contender';
import { measureGrowth } from './growth';
import { endure, race, type Effort } from './race';
import { line, markdown, type Report } from './report';
import { openStadium, type Stadium } from './stadium';
import { curveTable, enduranceTable, raceTable, textOf } from './tables';
import { targetsOf, type Measured } from './targets';
import { figuresOf, visitSite } from './visit';
import { WORKS, type Work } from './works';

const DOCUMENT = 'docs/performance.md';
const BACKENDS: readonly BackendName[] = ['wasm', 'webgl', 'cpu'];
const PARTS = ['visit', 'small', 'base', 'toy', 'growth', 'memory'] as const;
type Part = (typeof PARTS)[number];

interface Wishes {
	backends: readonly BackendName[];
	parts: readonly Part[];
	isQuick: boolean;
	json: string | undefined;
}

/** The names in a list with commas; all are known. */
function namesIn<Name extends string>(
	list: string | undefined,
	known: readonly Name[],
	unsaid: readonly Name[]
): readonly Name[] {
	if (list === undefined) return unsaid;
	return list.split(',').map((name) => {
		const found = known.find((other) => other === name.trim());
		if (!found) throw new Error(`There is no ${name}; choose of ${known.join(', ')}.`);
		return found;
	});
}

function readArguments(): Wishes {
	const text = { type: 'string' } as const;
	const { values } = parseArgs({
		options: { backend: text, only: text, json: text, quick: { type: 'boolean', default: false } }
	});
	return {
		backends: namesIn(values.backend, BACKENDS, ['wasm']),
		parts: namesIn(values.only, PARTS, PARTS),
		isQuick: values.quick,
		json: values.json
	};
}

/** How much to measure: wasm is fast enough for many steps, the others are not. */
function effortOf(backend: BackendName, isQuick: boolean): Effort {
	if (backend !== 'wasm') {
		return isQuick
			? { warmUp: 0, rounds: 3, slice: 0, passes: 1, patience: 60_000 }
			: { warmUp: 1000, rounds: 5, slice: 1000, passes: 2, patience: 120_000 };
	}
	return isQuick
		? { warmUp: 1500, rounds: 4, slice: 250, passes: 2, patience: 20_000 }
		: { warmUp: 4000, rounds: 8, slice: 500, passes: 9, patience: 60_000 };
}

/**
 * jax-js has no path of its own for `cpu`: that device is an interpreter for debugging. On `webgl` its
 * compiler alone takes longer than a quick run.
 */
function contendersOn(backend: BackendName, isQuick: boolean): ContenderName[] {
	const hasTime = backend === 'wasm' || (backend === 'webgl' && !isQuick);
	return hasTime ? ['ours', 'plain', 'jax-js'] : ['ours', 'plain'];
}

/** What a backend trains: a quick run on a slow one takes `base` alone, where asked for more. */
function worksOn(backend: BackendName, { parts, isQuick }: Wishes): Work[] {
	const all = parts.flatMap((part): Work[] => (part in WORKS ? [WORKS[part as 'toy']] : []));
	const hasTime = backend === 'wasm' || !isQuick || !all.includes(WORKS.base);
	return hasTime ? all : [WORKS.base];
}

/** Steps of the long run; on a slow backend a quick run makes fewer. */
function longRun(backend: BackendName, isQuick: boolean): number {
	return backend === 'wasm' || !isQuick ? 1000 : 100;
}

async function measureModel({ page }: Stadium, wishes: Wishes): Promise<Measured> {
	const { backends, parts, isQuick } = wishes;
	const [first = 'wasm'] = backends;
	const races = [];
	for (const backend of backends) {
		for (const work of worksOn(backend, wishes)) {
			console.log(`${work.name} on ${backend} …`);
			const entries = contendersOn(backend, isQuick).map((contender) => ({
				contender,
				backend,
				work
			}));
			races.push(...(await race(page, entries, effortOf(backend, isQuick))));
		}
	}
	const effort: Effort = { ...effortOf(first, isQuick), passes: 0 };
	if (parts.includes('growth')) console.log(`Growth on ${first} …`);
	const curves = parts.includes('growth') ? await measureGrowth(page, first, isQuick, effort) : [];
	if (parts.includes('memory')) console.log(`A long run on ${first} …`);
	const toy = { contender: 'ours', backend: first, work: WORKS.toy } as const;
	const endurance = parts.includes('memory')
		? [await endure(page, toy, longRun(first, isQuick))]
		: [];
	return { races, curves, endurance };
}

async function measureAll(wishes: Wishes): Promise<Report> {
	const visit = wishes.parts.includes('visit') ? await visitSite() : null;
	const stadium = await openStadium(process.cwd());
	try {
		const measured = await measureModel(stadium, wishes);
		const where = {
			date: new Date().toISOString().slice(0, 10),
			processor: cpus()[0]?.model.trim() ?? 'an unknown processor',
			cores: cpus().length,
			memory: `${(totalmem() / 2 ** 30).toFixed(0)} GiB`,
			browser: stadium.browser,
			isQuick: wishes.isQuick
		};
		const figures = visit === null ? [] : figuresOf(visit);
		return { where, figures, visit, targets: targetsOf(measured), ...measured };
	} finally {
		await stadium.close();
	}
}

function print({ races, curves, endurance, figures, targets }: Report): void {
	const tables = [raceTable(races), curveTable(curves), enduranceTable(endurance)];
	for (const table of tables) if (table.length > 1) console.log(`\n${textOf(table)}`);
	console.log('');
	for (const figure of [...figures, ...targets]) console.log(line(figure));
}

async function main(): Promise<void> {
	const began = performance.now();
	const wishes = readArguments();
	const report = await measureAll(wishes);
	print(report);
	if (wishes.json !== undefined) {
		writeFileSync(wishes.json, `${JSON.stringify(report, null, '\t')}\n`);
	}
	if (PARTS.every((part) => wishes.parts.includes(part))) {
		const options = await resolveConfig(DOCUMENT);
		const page = await format(markdown(report), { ...options, filepath: DOCUMENT });
		writeFileSync(DOCUMENT, page);
	}
	console.log(`\nTook ${((performance.now() - began) / 1000).toFixed(0)} s.`);
}

try {
	await main();
} catch (error) {
	console.error(error instanceof Error ? error.message : error);
	process.exitCode = 1;
}
