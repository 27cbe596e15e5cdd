/**
 * Runs the experiments with all their seeds and writes what they found:
 *
 *     npm run experiments [-- --only ID [--seeds 1,2]]
 *
 * With `--seeds` only these are run; the others stay as they are recorded.
 */
import '@tensorflow/tfjs-backend-wasm';
import '$lib/kernels/boot';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import * as tf from '@tensorflow/tfjs-core';
import { format, resolveConfig } from 'prettier';
import { EXPERIMENTS } from '$lib/experiments';
import { measuredOf, trialOf, type Experiment } from '$lib/experiments/experiment';
import { recordOf, type Recorded, type RecordedSeed } from '$lib/experiments/recorded';
import { runTrial } from '$lib/train/trial';
import { claimsPage } from './experiments/page';

const DOCUMENT = 'docs/claims.md';
const recordedPath = (id: string) => `src/lib/experiments/recorded/${id}.json`;

const say = (line: string) => console.log(line);

function readRecorded(id: string): Recorded | null {
	const path = recordedPath(id);
	return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Recorded) : null;
}

async function writeFormatted(path: string, text: string): Promise<void> {
	const options = await resolveConfig(path);
	writeFileSync(path, await format(text, { ...options, filepath: path }));
}

async function runSeed(experiment: Experiment, seed: number): Promise<RecordedSeed> {
	const start = performance.now();
	const outcome = await runTrial(trialOf(experiment, seed));
	const record = recordOf(outcome, (performance.now() - start) / 1000);
	say(`${experiment.id}, seed ${seed}, ${record.seconds} s`);
	say(JSON.stringify(measuredOf(experiment, record)));
	return record;
}

/** Runs some seeds, and stores them with those that were run before. */
async function run(experiment: Experiment, wanted: readonly number[]): Promise<void> {
	const { id, steps, holds } = experiment;
	const before = readRecorded(id)?.seeds ?? [];
	const seeds: RecordedSeed[] = [];
	for (const seed of experiment.seeds) {
		const known = before.find((record) => record.seed === seed);
		if (wanted.includes(seed)) seeds.push(await runSeed(experiment, seed));
		else if (known) seeds.push(known);
	}
	const recorded: Recorded = {
		...{ id, backend: tf.getBackend(), steps },
		holds: holds(seeds.map((record) => measuredOf(experiment, record))),
		seeds
	};
	await writeFormatted(recordedPath(id), JSON.stringify(recorded));
	say(`${id}: the claim ${recorded.holds ? 'holds' : 'does not hold'}`);
}

const { values } = parseArgs({ options: { only: { type: 'string' }, seeds: { type: 'string' } } });
const chosen = EXPERIMENTS.filter(({ id }) => values.only === undefined || id === values.only);
if (chosen.length === 0) {
	say(`There is no such experiment; there are ${EXPERIMENTS.map(({ id }) => id).join(', ')}.`);
	process.exit(1);
}
tf.enableProdMode();
await tf.setBackend('wasm');
for (const experiment of chosen) {
	await run(experiment, values.seeds?.split(',').map(Number) ?? experiment.seeds);
}
const records = EXPERIMENTS.flatMap((experiment) => {
	const recorded = readRecorded(experiment.id);
	return recorded ? [{ experiment, recorded }] : [];
});
await writeFormatted(DOCUMENT, claimsPage(records));
say(`wrote ${DOCUMENT}`);
