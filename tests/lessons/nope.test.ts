import { describe, expect, test } from 'vitest';
import { longContext } from '$lib/experiments/longContext';
import long from '$lib/experiments/recorded/longContext.json';
import { entropy, softmax } from '$lib/math/softmax';
import {
	dotsOf,
	finalOf,
	LENGTHS,
	linesOf,
	nearestLength,
	rowOf,
	scaleOf
} from '../../src/routes/lessons/nope-temperature/long';
import { GROWTHS, KEYS } from '../../src/routes/lessons/nope-temperature/state';
import { wordsOf } from '../../src/routes/lessons/nope-temperature/words';

const numbers = finalOf(long.seeds[0]) ?? {};

describe('the trained layer of the lesson', () => {
	test('is measured at the lengths and under the scales that the experiment asks for', () => {
		const asked = longContext.probes.find((probe) => probe.kind === 'recall');
		if (asked?.kind !== 'recall') throw new Error('the experiment has no probe of recall');
		expect(asked.lengths).toEqual(LENGTHS);
		expect(KEYS.length.options).toEqual(LENGTHS.map(String));
		const settings = GROWTHS.map((growth) => [growth, scaleOf(growth).attnScale]);
		expect(asked.scales).toEqual(Object.fromEntries(settings));
		expect(asked.floorScale).toBe(scaleOf('half').floorScale);
	});

	test('scores every straw alike, on every seed and at every length', () => {
		for (const seed of long.seeds) {
			const found = finalOf(seed) ?? {};
			for (const length of LENGTHS) {
				const low = found[`row.${length}.hayLow`] ?? NaN;
				expect(found[`row.${length}.hayHigh`]).toBeCloseTo(low, 3);
			}
		}
	});

	test('has a row whose weights are the softmax of its scores, scaled', () => {
		const row = rowOf(numbers, 512, 'half');
		if (!row) throw new Error('no row');
		expect(row.scores).toHaveLength(512);
		expect(row.scale).toBeCloseTo(1 + 0.5 * Math.log(17), 12);
		const scaled = Array.from(row.scores, (score) => score * row.scale);
		expect(row.weights).toEqual(softmax(scaled));
		expect(row.entropy).toBe(entropy(row.weights));
		expect(row.before).toBe(rowOf(numbers, 512, 'off')?.weights[row.place]);
		expect(rowOf({}, 512, 'off')).toBeNull();
	});

	test('keeps its row as it is where the scale has not begun', () => {
		expect(rowOf(numbers, 31, 'half')).toEqual(rowOf(numbers, 31, 'off'));
	});

	test('has dots above ln n exactly where the needle has more than half', () => {
		for (const growth of GROWTHS) {
			for (const [i, { hay, gap }] of dotsOf(numbers, growth).entries()) {
				const share = numbers[`weight.${LENGTHS[i]}.${growth}`] ?? NaN;
				expect(gap > Math.log(hay)).toBe(share > 0.5);
			}
		}
	});

	test('is drawn as far as the growth that was chosen', () => {
		expect(linesOf('share', numbers, 'tenth').map(({ name }) => name)).toEqual([
			'no scale',
			'growth 0.1'
		]);
		expect([1, 45, 90, 1000].map(nearestLength)).toEqual([31, 64, 64, 512]);
	});
});

describe('the words of the lesson', () => {
	const text = (id: string) => {
		const step = wordsOf(long).steps.find((one) => one.id === id);
		return [...(step?.text ?? []), ...(step?.captions ?? [])].join(' ');
	};

	test('tell what the scale would do in a chunked layer', () => {
		expect(text('layers')).toContain('has 73 % of the attention');
		expect(text('layers')).toContain('84 % at the end of the first chunk and 99.97 % at the end');
	});

	test('tell the recorded runs', () => {
		expect(text('trained')).toContain('0.19 to 0.42 without scale');
		expect(text('trained')).toMatch(/needle scores 1\.29 and every straw −4\.65/);
		expect(text('trained')).toMatch(/heavier one has 0\.75 to 0\.81 .* 0\.80 to 0\.88 with 0\.5/);
	});
});
