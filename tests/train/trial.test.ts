import { beforeAll, describe, expect, test } from 'vitest';
import { stepsDone, type LearnTrial } from '$lib/protocol/trial';
import { runTrial, stepTrial } from '$lib/train/trial';
import { TrialProblem } from '$lib/train/trialProblem';
import { expectNoLeak, NODE_BACKENDS, useBackend } from '../tensors';
import { smallTrial } from './trials';

describe.each(NODE_BACKENDS)('a trial on %s', (backend) => {
	beforeAll(() => useBackend(backend));

	test('trains its arms beside one another, on the same data, and probes on the way', async () => {
		const outcome = await runTrial(smallTrial());
		expect(outcome.arms.map(({ name }) => name)).toEqual(['walls', 'scout']);
		expect(stepsDone(outcome)).toBe(6);
		for (const { history, probed } of outcome.arms) {
			expect(history.steps).toEqual([1, 2, 3, 4, 5, 6]);
			expect(probed.map(({ step }) => step)).toEqual([0, 3, 6]);
			// Fresh models of ten tokens know nothing yet.
			expect(Math.abs(probed[0]!.numbers.loss! - Math.log(10))).toBeLessThan(0.1);
		}
		const [walls, scout] = outcome.arms;
		expect(walls!.history.losses[0]).toBeCloseTo(scout!.history.losses[0]!, 1);
		expect(walls!.probed.at(-1)).not.toEqual(scout!.probed.at(-1));
	});

	test('gives the same numbers again, and others from another seed', async () => {
		const [one, same, other] = [
			await runTrial(smallTrial()),
			await runTrial(smallTrial()),
			await runTrial({ ...smallTrial(), seed: 6 })
		];
		expect(same).toEqual(one);
		expect(other.arms[0]!.history.losses).not.toEqual(one.arms[0]!.history.losses);
	});

	test('tells probes of one kind apart by their names', async () => {
		const { probes, ...trial } = smallTrial();
		const named = probes.map((probe) => ({ ...probe, name: 'late' }));
		const outcome = await runTrial({ ...trial, probes: [...probes, ...named], steps: 0 });
		const numbers = outcome.arms[0]!.probed[0]!.numbers;
		expect(Object.keys(numbers)).toEqual(['loss', 'accuracy', 'late.loss', 'late.accuracy']);
		expect(numbers['late.loss']).toBe(numbers.loss);
	});

	test('goes one step of one arm at a time', async () => {
		const arms: number[] = [];
		for await (const { arm, records } of stepTrial(smallTrial())) {
			if (records.length > 0) arms.push(arm);
		}
		expect(arms).toEqual([0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1]);
	});

	test('says which arm has a loss that is not finite', async () => {
		const trial = smallTrial({ learningRate: 1, clipNorm: 0, weightDecay: 1 });
		const wild = { ...trial.arms[1]!.train, learningRate: 1e38 };
		const arms = [trial.arms[0]!, { ...trial.arms[1]!, train: wild }];
		await expect(runTrial({ ...trial, arms })).rejects.toThrow(TrialProblem);
		await expect(runTrial({ ...trial, arms })).rejects.toThrow(/^scout: The .* not a finite/);
	});

	test('leaves no tensor behind, run to its end, left before it or failed', () =>
		expectNoLeak(async () => {
			await runTrial(smallTrial());
			let turns = 0;
			for await (const news of stepTrial(smallTrial())) if (news && ++turns === 5) break;
			const trial = smallTrial();
			const arms = trial.arms.map((arm) => ({ ...arm, train: { ...arm.train, batch: 0.5 } }));
			await expect(runTrial({ ...trial, arms })).rejects.toThrow();
		}));
});

describe('the probe of recall', () => {
	beforeAll(() => useBackend('wasm'));

	const lengths = [7, 40];
	const scales = { off: 0, half: 0.5 };
	const trial: LearnTrial = {
		...smallTrial({ pattern: 0, nopeEvery: 1, attnScale: 0 }),
		...{ steps: 0, every: 0 },
		probes: [{ kind: 'recall', sequences: 8, lengths, floorScale: 8, scales }]
	};

	test('weighs the needle by its gap over the hay, and sharpens it by the scale of the place', async () => {
		const one = { ...trial.arms[1]!.config, heads: 1, kvHeads: 1 };
		const config = { ...one, layers: one.layers.slice(0, 1) };
		const arms = [{ ...trial.arms[1]!, config }];
		const { probed } = (await runTrial({ ...trial, arms })).arms[0]!;
		const { numbers } = probed[0]!;
		// Before position 8 the scale is 1; at 40 tokens it sharpens what the scores already say.
		for (const what of ['weight', 'entropy', 'accuracy', 'share']) {
			expect(numbers[`${what}.7.half`]).toBe(numbers[`${what}.7.off`]);
		}
		expect(numbers['entropy.40.half']).toBeLessThan(numbers['entropy.40.off']!);
		expect(numbers['share.40.half']).toBeGreaterThan(numbers['share.40.off']!);
		expect(numbers['entropy.40.off']).toBeLessThan(Math.log(40));
		expect(Math.abs(numbers['gap.40']!)).toBeLessThan(5);
		// One layer without positions: every straw of the row scores the same.
		expect(numbers['row.40.hayHigh']).toBeCloseTo(numbers['row.40.hayLow']!, 4);
		expect(numbers['row.40.place']).toBeLessThan(39);
	});

	test('leaves no tensor behind', () => expectNoLeak(async () => void (await runTrial(trial))));
});

describe('the probe of silenced experts', () => {
	beforeAll(() => useBackend('wasm'));

	const positions = [15];
	const trial: LearnTrial = {
		...smallTrial({ layers: 1, nopeEvery: 1 }),
		...{ steps: 40, every: 0 },
		probes: [{ kind: 'knockOut', layer: 0, sequences: 16, length: 16, positions }]
	};

	test('finds what each expert and the shared one are worth, and in one layer nothing elsewhere', async () => {
		const { probed } = (await runTrial(trial)).arms[1]!;
		const { numbers } = probed.at(-1)!;
		expect(numbers['own.rise']).not.toBe(0);
		expect(numbers['shared.rise']).not.toBe(0);
		expect([numbers['others.rise'], numbers['others.lost']]).toEqual([0, 0]);
	});

	test('leaves no tensor behind, and gives nothing of a dense layer', () =>
		expectNoLeak(async () => {
			await runTrial({ ...trial, steps: 1 });
			const dense = smallTrial({ moeEvery: 12 });
			const [arm] = (await runTrial({ ...dense, steps: 0, probes: trial.probes })).arms;
			expect(arm!.probed[0]!.numbers).toEqual({});
		}));
});

describe('the probe of the gate', () => {
	beforeAll(() => useBackend('wasm'));

	const trial = (gate: number, side: number): LearnTrial => ({
		...smallTrial({ layers: 1, nopeEvery: 1, gate: side }),
		...{ steps: 0, every: 0 },
		probes: [{ kind: 'gate', layer: 0, gate, sequences: 2, length: 16 }]
	});
	const measured = async (gate: number, side: number) =>
		(await runTrial(trial(gate, side))).arms[1]!.probed[0]!.numbers;

	test('finds less than itself left on the input, and itself on the answer', async () => {
		const [half, most] = await Promise.all([measured(0.5, 0), measured(0.9, 0)]);
		expect(half['mean']).toBeLessThan(0.4);
		expect(most['mean']).toBeGreaterThan(0.7);
		expect(most['mean']).toBeLessThan(0.9);
		expect(half['high']).toBeGreaterThanOrEqual(half['mean']!);
		expect((await measured(0.5, 1))['mean']).toBeCloseTo(0.5, 6);
		expect((await measured(1, 0))['mean']).toBe(1);
	});

	test('leaves no tensor behind, and gives nothing of a dense layer', () =>
		expectNoLeak(async () => {
			await runTrial(trial(0.5, 0));
			const dense = smallTrial({ moeEvery: 12 });
			const { probes } = trial(0.5, 0);
			const [arm] = (await runTrial({ ...dense, steps: 0, probes })).arms;
			expect(arm!.probed[0]!.numbers).toEqual({});
		}));
});
