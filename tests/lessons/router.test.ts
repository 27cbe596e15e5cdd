import { beforeAll, describe, expect, test } from 'vitest';
import { deviations } from '$lib/protocol/config';
import { checkSettings, INITIAL_SETTINGS } from '$lib/protocol/settings';
import { readTrace } from '$lib/protocol/traceFile';
import balanced from '$lib/experiments/recorded/loadBalance.json';
import sided from '$lib/experiments/recorded/gateSide.json';
import knocked from '$lib/experiments/recorded/knockOut.json';
import learned from '$lib/experiments/recorded/learnedRouter.json';
import { loadBalance } from '$lib/experiments/loadBalance';
import { learnedRouter } from '$lib/experiments/learnedRouter';
import { taskOf } from '$lib/tasks';
import { sortingOf } from '$lib/views/sorting';
import { recordRouter } from '../../scripts/lessons/router';
import {
	homeQuery,
	KEYS,
	ownPartOf,
	partOf,
	settingsFor,
	type RouterValues
} from '../../src/routes/lessons/router/keys';
import { numbersOf } from '../../src/routes/lessons/router/numbers';
import type { RecordedRouter } from '../../src/routes/lessons/router/recorded';
import recorded from '../../src/routes/lessons/router/recorded.json';
import { sidesOf } from '../../src/routes/lessons/router/sides';
import { wordsOf } from '../../src/routes/lessons/router/words';
import { readLink } from '../../src/routes/link';
import { expectClose, useBackend } from '../tensors';

const numbers = numbersOf(recorded, { sided, knocked, learned, balanced });
const initial = Object.fromEntries(
	Object.entries(KEYS).map(([name, key]) => [name, key.initial])
) as RouterValues;
const known = (losses: readonly (number | null)[]) => losses.map((loss) => loss ?? -1);

describe('the recorded pass', () => {
	let again: RecordedRouter;
	beforeAll(async () => {
		await useBackend('wasm');
		again = await recordRouter();
	}, 30_000);

	test('is what the toy computes', () => {
		const [stored, fresh] = [recorded, again].map(({ trace }) => sortingOf(readTrace(trace), 0)!);
		expectClose(fresh!.routing.logits, stored!.routing.logits, 2e-3);
		expectClose(fresh!.answer.values, stored!.answer.values, 2e-2);
		expectClose(again.gradient, recorded.gradient, 1e-5);
		expectClose(known(again.losses), known(recorded.losses), 2e-3);
		again.bends.forEach((bend, token) => expectClose(bend, recorded.bends[token]!, 1e-2));
		expectClose(again.fullLengths, recorded.fullLengths, 2e-2);
		expect(again.texts).toEqual(recorded.texts);
	});

	test('holds what each silence costs', () => {
		expect(again.heldOut).toBeCloseTo(recorded.heldOut, 3);
		again.silenced.forEach(({ expert, losses, heldOut }, i) => {
			expect(expert).toBe(recorded.silenced[i]!.expert);
			expect(heldOut).toBeCloseTo(recorded.silenced[i]!.heldOut, 2);
			expectClose(known(losses), known(recorded.silenced[i]!.losses), 2e-2);
		});
	});
});

describe('what the lesson says of it', () => {
	test('a gate on the input shortens every answer more than a gate on the answer would', () => {
		for (const { gate, answer } of numbers.tokens) {
			expect(answer).toBeLessThan(gate);
			expect(Math.abs(answer - gate ** 2)).toBeLessThan(0.07);
		}
	});

	test('a gate of one half leaves less than a third of every answer', () => {
		expect(numbers.halves.most).toBeLessThan(1 / 3);
		recorded.bends.forEach((bend, token) => {
			const { gate, answer } = numbers.tokens[token]!;
			const [below, above] = [Math.floor(gate * 10), Math.ceil(gate * 10)];
			expect(answer).toBeGreaterThan(bend[below]! - 0.01);
			expect(answer).toBeLessThan(bend[above]! + 0.01);
		});
	});

	test('gates are sigmoids of the winning score alone, one of them below a half', () => {
		for (const { gate, logit } of numbers.tokens) {
			expect(gate).toBeCloseTo(1 / (1 + Math.exp(-logit)), 3);
		}
		expect(numbers.dimmest.gate).toBeLessThan(0.5);
	});

	test('the gradient reaches one cell for each token but the last', () => {
		expect(numbers.reached).toBe(numbers.tokens.length - 1);
		expect(numbers.cells).toBe(numbers.tokens.length * numbers.experts);
		numbers.tokens.slice(0, -1).forEach(({ token, expert }) => {
			expect(recorded.gradient[token * numbers.experts + expert]).not.toBe(0);
		});
	});

	test('one word comes twice and goes to two experts', () => {
		const [first, second] = numbers.twice;
		expect(first.text).toBe(second.text);
		expect(first.expert).not.toBe(second.expert);
	});

	test('one silent expert hurts one of its visitors and leaves all other tokens as they were', () => {
		const { worst, visitors, others } = numbers.loss;
		expect(visitors).toContain(worst.text);
		expect(worst.after - worst.before).toBeGreaterThan(1);
		expect(others).toBeLessThan(0.1);
		expect(numbers.heldOut.noShared).toBeGreaterThan(numbers.heldOut.noDearest);
		expect(numbers.heldOut.noDearest).toBeGreaterThan(numbers.heldOut.whole);
	});

	test('Scout and Maverick use nearly the same weights per token', () => {
		const { scout, maverick } = numbers;
		expect([scout.moeLayers, maverick.moeLayers]).toEqual([48, 24]);
		expect(Math.abs(scout.active / maverick.active - 1)).toBeLessThan(0.001);
	});

	test('has five to eight steps, each with an act and a picture in words', () => {
		const { steps } = wordsOf(numbers);
		expect(steps.length).toBeGreaterThanOrEqual(5);
		expect(steps.length).toBeLessThanOrEqual(8);
		for (const { act, picture, text, captions = [] } of steps) {
			expect(act.length).toBeGreaterThan(20);
			expect(picture.length).toBeGreaterThan(40);
			for (const words of [...text, ...captions]) expect(words).not.toMatch(/NaN|undefined/);
		}
	});
});

describe('two models side by side', () => {
	test('are drawn with the loads and choices that were recorded, dense arms left out', () => {
		const sides = sidesOf(learnedRouter, learned.seeds[0]!.arms);
		expect(sides.map(({ id }) => id)).toEqual(['learned', 'frozen']);
		for (const { loads, choices, looks, experts } of sides) {
			expect(experts).toBe(8);
			expect(choices.length).toBe(looks.length);
			expect(choices.every((row) => row.length === 15)).toBe(true);
			for (const row of loads) expect(row.reduce((a, b) => a + b)).toBeCloseTo(1, 3);
		}
	});

	test('both arms of the balance run have learned most facts at their end', () => {
		const sides = sidesOf(loadBalance, balanced.seeds[0]!.arms);
		expect(sides.map(({ loss }) => loss !== null && loss < 1)).toEqual([true, true]);
	});

	test('a run without any look yet has no loss and no experts', () => {
		const [side] = sidesOf(learnedRouter, [{ name: 'learned', probed: [] }]);
		expect(side).toMatchObject({ loss: null, step: 0, experts: 0, choices: [] });
	});
});

describe('the learner’s own model', () => {
	test('begins as a true Llama 4', () => {
		expect(settingsFor(initial)).toMatchObject({ experts: 8, topK: 1, gate: 0, router: 0 });
	});

	test('never asks for more experts per token than there are', () => {
		const settings = { ...INITIAL_SETTINGS, ...settingsFor({ ...initial, experts: 2, topk: 4 }) };
		expect(settings.topK).toBe(2);
		expect(checkSettings(settings)).toBeNull();
	});

	test('says why one expert is none to choose from', () => {
		expect(KEYS.experts.read('1')).toEqual({
			value: 2,
			note: 'The number of experts cannot be “1”; 2 is used. A router chooses, and a choice needs two.'
		});
		expect(KEYS.experts.read('99').note).not.toContain('a choice needs two');
	});

	test('has a silent part that it may lack', () => {
		const silent = (text: string, experts: number) =>
			ownPartOf({ ...initial, silent: KEYS.silent.read(text).value, experts });
		expect([silent('63', 64), silent('63', 16), silent('64', 64)]).toEqual([63, null, null]);
		expect([silent('shared', 2), silent('0', 2), silent('', 2)]).toEqual(['shared', 0, null]);
	});

	test('may have 64 experts', () => {
		const settings = { ...INITIAL_SETTINGS, ...settingsFor({ ...initial, experts: 64 }) };
		expect(checkSettings(settings)).toBeNull();
	});

	test('may read 64 tokens, all of them in the language of the toy', async () => {
		expect(settingsFor({ ...initial, tokens: 64 }).length).toBe(64);
		const { load } = await import('../../src/routes/lessons/router/+page.server');
		const { long } = load();
		expect(long.tokens).toHaveLength(64);
		expect(long.texts.slice(0, recorded.texts.length)).toEqual(recorded.texts);
		expect(taskOf('tales').encode(long.texts.join('')).unknown).toEqual([]);
	});

	test('is what the link to the living model opens', () => {
		const values = { ...initial, experts: 64, topk: 2, gate: 'output', moe: 2 } as const;
		const bounds = { layers: 12, heads: 16, moments: 8 };
		const { link, notes } = readLink(new URLSearchParams(homeQuery(values)), bounds);
		expect(notes).toEqual([]);
		expect(link.changed).toEqual({ experts: 64, topK: 2, gate: 1, moeEvery: 2 });
		expect([link.layer, link.moment]).toEqual([1, 7]);
	});
});

describe('the silent part', () => {
	test('is the expert of the sentence once the lesson answers, or the one chosen', () => {
		expect(partOf('auto', null)).toBeNull();
		expect(partOf('auto', 4)).toBe(4);
		expect(partOf('none', 4)).toBeNull();
		expect(partOf('shared', 4)).toBe('shared');
		expect(partOf('H', null)).toBe(7);
	});
});

test('the rules of the toy are those of Llama 4', async () => {
	const { load } = await import('../../src/routes/lessons/router/+page.server');
	expect(deviations(load().config)).toEqual([]);
});
