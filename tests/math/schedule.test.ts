import { describe, expect, test } from 'vitest';
import { learningRateAt } from '$lib/math/schedule';

const SETTINGS = { learningRate: 0.8, warmupSteps: 4, totalSteps: 12 };

describe('learningRateAt', () => {
	test('is the same at every step of a constant schedule', () => {
		const rates = [0, 3, 99].map((step) =>
			learningRateAt(step, { ...SETTINGS, schedule: 'constant' })
		);
		expect(rates).toEqual([0.8, 0.8, 0.8]);
	});

	test('rises in a straight line over the warm-up and stays', () => {
		const rates = [0, 1, 2, 3, 4, 99].map((step) =>
			learningRateAt(step, { ...SETTINGS, schedule: 'warmup' })
		);
		expect(rates).toEqual([0.2, 0.4, 0.8 * 0.75, 0.8, 0.8, 0.8].map((rate) => rate));
	});

	test('falls along half a cosine wave to a tenth and stays', () => {
		const at = (step: number) => learningRateAt(step, { ...SETTINGS, schedule: 'cosine' });
		expect(at(0)).toBeCloseTo(0.2, 15);
		expect(at(4)).toBeCloseTo(0.8, 15);
		expect(at(8)).toBeCloseTo(0.8 * 0.55, 15);
		expect(at(12)).toBeCloseTo(0.08, 15);
		expect(at(1000)).toBeCloseTo(0.08, 15);
	});

	test('is finite without a warm-up and with an end before the start', () => {
		const short = { learningRate: 1, schedule: 'cosine', warmupSteps: 5, totalSteps: 2 } as const;
		for (let step = 0; step < 10; step++) {
			expect(learningRateAt(step, short)).toBeGreaterThan(0);
			expect(learningRateAt(step, { ...short, warmupSteps: 0 })).toBeGreaterThan(0);
		}
	});
});
