/**
 * Measures in headless Chromium, on production bundles, what a visitor feels and how fast the model
 * trains beside its peers; prints tables and writes docs/performance.md:
 *
 *     npm run bench
 *     npm run bench -- --quick               (few repetitions, within three minutes on two cores)
 *     npm run bench -- --backend wasm,webgl  (wasm unless said; cpu too)
 *     npm run bench -- --only base,growth    (of visit, small, base, toy, growth, memory; writes no page)
 *     npm run bench -- --gpu                 (on the machine's graphics processor; refuses a software one)
 *     npm run bench -- --json FILE           (the raw figures: docs/benchmark.md)
 *
 * Exit code 1 if a contender does not run, or if its losses are not ours.
 */
import { writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { format, resolveConfig } from 'prettier';
import type { BackendName } from '$lib/protocol/messages';
import type { ContenderName } from './contender';
import { measureGrowth, type Curve } from './growth';
import { endure, race, type Effort, type Endurance, type Result } from './race';
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
	/** Whether WebGL shall draw on the machine's graphics processor. */
	isGpu: boolean;
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
	const flag = { type: 'boolean', default: false } as const;
	const { values } = parseArgs({
		options: { backend: text, only: text, json: text, quick: flag, gpu: flag }
	});
	return {
		backends: namesIn(values.backend, BACKENDS, values.gpu ? ['wasm', 'webgl'] : ['wasm']),
		parts: namesIn(values.only, PARTS, PARTS),
		isQuick: values.quick,
		isGpu: values.gpu,
		json: values.json
	};
}

/** `cpu` and a software renderer take long for a step. */
const isSlow = (backend: BackendName, { isGpu }: Wishes) =>
	backend === 'cpu' || (backend === 'webgl' && !isGpu);

/** How much to measure: many steps where they are fast. */
function effortOf(backend: BackendName, wishes: Wishes): Effort {
	if (isSlow(backend, wishes)) {
		return wishes.isQuick
			? { warmUp: 0, rounds: 3, limit: 20_000, slice: 0, passes: 1, patience: 45_000 }
			: { warmUp: 1000, rounds: 5, limit: 20_000, slice: 1000, passes: 1, patience: 45_000 };
	}
	return wishes.isQuick
		? { warmUp: 500, rounds: 3, limit: 20_000, slice: 250, passes: 2, patience: 30_000 }
		: { warmUp: 4000, rounds: 8, limit: 40_000, slice: 500, passes: 5, patience: 60_000 };
}

/** Curves take single steps in many rounds. */
function growthEffort(backend: BackendName, wishes: Wishes): Effort {
	const { patience } = effortOf(backend, wishes);
	return wishes.isQuick
		? { warmUp: 500, rounds: 60, limit: 3000, slice: 0, passes: 0, patience }
		: { warmUp: 2000, rounds: 300, limit: 24_000, slice: 0, passes: 0, patience };
}

/**
 * jax-js has no path of its own for `cpu`: that device is an interpreter for debugging. On `webgl` its
 * compiler alone takes longer than a quick run.
 */
function contendersOn(backend: BackendName, { isQuick }: Wishes): ContenderName[] {
	const hasTime = backend === 'wasm' || (backend === 'webgl' && !isQuick);
	return hasTime ? ['ours', 'plain', 'jax-js'] : ['ours', 'plain'];
}

/** What a backend trains: a quick run on a slow one takes `base` alone, where asked for more. */
function worksOn(backend: BackendName, wishes: Wishes): Work[] {
	const { parts, isQuick } = wishes;
	const all = parts.flatMap((part): Work[] => (part in WORKS ? [WORKS[part as 'toy']] : []));
	const hasTime = !isSlow(backend, wishes) || !isQuick || !all.includes(WORKS.base);
	return hasTime ? all : [WORKS.base];
}

/** Steps of the long run; on a slow backend a quick run makes fewer. */
function longRun(backend: BackendName, wishes: Wishes): number {
	return isSlow(backend, wishes) && wishes.isQuick ? 100 : 1000;
}

async function raceAll(stadium: Stadium, wishes: Wishes): Promise<Result[]> {
	const races: Result[] = [];
	for (const backend of wishes.backends) {
		for (const work of worksOn(backend, wishes)) {
			console.log(`${work.name} on ${backend} …`);
			const contenders = contendersOn(backend, wishes);
			const entries = contenders.map((contender) => ({ contender, backend, work }));
			races.push(...(await race(stadium, entries, effortOf(backend, wishes))));
		}
	}
	return races;
}

async function measureModel(stadium: Stadium, wishes: Wishes): Promise<Measured> {
	const { backends, parts, isQuick } = wishes;
	const races = await raceAll(stadium, wishes);
	const curves: Curve[] = [];
	if (parts.includes('growth')) {
		const [first = 'wasm'] = backends;
		console.log(`Growth on ${first} …`);
		curves.push(...(await measureGrowth(stadium, first, isQuick, growthEffort(first, wishes))));
	}
	const endurance: Endurance[] = [];
	for (const backend of parts.includes('memory') ? backends : []) {
		console.log(`A long run on ${backend} …`);
		const toy = { contender: 'ours', backend, work: WORKS.toy } as const;
		endurance.push(await endure(stadium.page, toy, longRun(backend, wishes)));
	}
	return { races, curves, endurance };
}

async function measureAll(wishes: Wishes): Promise<Report> {
	const { isQuick, isGpu } = wishes;
	const visit = wishes.parts.includes('visit') ? await visitSite(isGpu, isQuick) : null;
	const stadium = await openStadium(process.cwd(), isGpu);
	try {
		const measured = await measureModel(stadium, wishes);
		const where = {
			date: new Date().toISOString().slice(0, 10),
			processor: cpus()[0]?.model.trim() ?? 'an unknown processor',
			cores: cpus().length,
			memory: `${(totalmem() / 2 ** 30).toFixed(0)} GiB`,
			browser: stadium.browser,
			renderer: stadium.renderer,
			isQuick
		};
		const figures = visit === null ? [] : figuresOf(visit, isGpu);
		return { where, figures, visit, targets: targetsOf(measured), ...measured };
	} finally {
		await stadium.close();
	}
}

function print({ where, races, curves, endurance, figures, targets }: Report): void {
	console.log(`\nWebGL is drawn by ${where.renderer || 'nothing'}.`);
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
