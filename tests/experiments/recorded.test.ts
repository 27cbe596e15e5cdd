import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { EXPERIMENTS } from '$lib/experiments';
import { armsOf, measuredOf, trialOf } from '$lib/experiments/experiment';
import { recordOf, type Recorded } from '$lib/experiments/recorded';
import { runTrial } from '$lib/train/trial';
import { useBackend } from '../tensors';
import { smallTrial } from '../train/trials';

const FOLDER = 'src/lib/experiments/recorded';
const page = readFileSync('docs/claims.md', 'utf8');
const recordedOf = (id: string) =>
	JSON.parse(readFileSync(`${FOLDER}/${id}.json`, 'utf8')) as Recorded;
const stored = EXPERIMENTS.filter(({ id }) => existsSync(`${FOLDER}/${id}.json`));

test('every recorded run is one of an experiment, and no two experiments share an id', () => {
	const ids = EXPERIMENTS.map(({ id }) => id);
	expect(new Set(ids).size).toBe(ids.length);
	const files = readdirSync(FOLDER).map((file) => file.replace('.json', ''));
	expect(ids).toEqual(expect.arrayContaining(files));
});

describe.each(stored)('the recorded runs of $id', (experiment) => {
	const recorded = recordedOf(experiment.id);

	test('are runs of the experiment as it stands', () => {
		expect(recorded.id).toBe(experiment.id);
		expect(recorded.seeds.map(({ seed }) => seed)).toEqual(experiment.seeds);
		for (const { seed, arms } of recorded.seeds) {
			const names = trialOf(experiment, seed).arms.map(({ name }) => name);
			expect(arms.map(({ name }) => name)).toEqual(names);
			expect(armsOf(experiment)).toEqual(names);
			for (const { probed } of arms) expect(probed.at(-1)?.step).toBe(experiment.steps);
		}
		expect(recorded.steps).toBe(experiment.steps);
	});

	test('bear the claim out, or not, as is written', () => {
		const measured = recorded.seeds.map((seed) => measuredOf(experiment, seed));
		for (const arms of measured) {
			for (const numbers of Object.values(arms)) {
				for (const value of Object.values(numbers)) expect(value).not.toBeUndefined();
			}
		}
		expect(experiment.holds(measured)).toBe(recorded.holds);
		const verdict = recorded.holds ? 'holds' : 'does not hold';
		expect(page).toContain(`## ${experiment.id}: ${verdict}\n\n${experiment.claim}`);
		expect(page).toContain(`- Threshold: ${experiment.threshold}\n`);
	});

	// Pages are built from them and take only what they draw.
	test('are small', () => {
		expect(JSON.stringify(recorded).length).toBeLessThan(300_000);
	});
});

describe('what is kept of a run', () => {
	beforeAll(() => useBackend('wasm'));

	test('are its curve in few points and its probings in few digits', async () => {
		const outcome = await runTrial({ ...smallTrial(), steps: 130, every: 0 });
		const record = recordOf(outcome, 1.6);
		expect(record).toMatchObject({ seed: 5, seconds: 2 });
		const [arm] = record.arms;
		expect(arm!.curve.every).toBe(3);
		expect(arm!.curve.steps).toEqual(Array.from({ length: 43 }, (_, i) => 3 * (i + 1)));
		const losses = outcome.arms[0]!.history.losses;
		const mean = (losses[0]! + losses[1]! + losses[2]!) / 3;
		expect(arm!.curve.losses[0]).toBe(Number(mean.toPrecision(5)));
		const { loss } = outcome.arms[0]!.probed[0]!.numbers;
		expect(arm!.probed[0]!.numbers.loss).toBe(Number(loss!.toPrecision(5)));
	});
});
