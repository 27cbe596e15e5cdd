import { describe, expect, test } from 'vitest';
import { formulaOf, type Scene } from '$lib/views/formula';
import { badgeOf, SOURCES } from '$lib/views/sources';
import { MOMENT, momentsOf, MOMENTS } from '$lib/views/story';
import { tinyConfig, tinyScene } from './tiny';

const line = (moment: number, changed: Partial<Scene> = {}) =>
	formulaOf({ ...tinyScene, ...changed }, moment)
		.map(({ text }) => text)
		.join(' ');

describe('the formula line', () => {
	test('divides by the root of the mean square: √((0² + 2²) / 2) = 1.41', () => {
		expect(line(MOMENT.norm)).toContain('÷ 1.41');
	});

	test('turns the first pair by one radian per position', () => {
		expect(line(MOMENT.queries)).toContain('1.00 · 1.00 = 1.00 rad');
	});

	test('gives queries one length: √((6² + 8²) / 2) = 7.07', () => {
		expect(line(MOMENT.scale)).toContain('÷ 7.07');
	});

	test('shows the product of query and key: (3, 4)·(1, 1) = 7', () => {
		expect(line(MOMENT.scores)).toContain('7.00 ÷ 1.41 = 7.00');
	});

	test('adds the scale to the score where a model that is not Llama 4 does: ln 2 · 0.1 + 1', () => {
		const layers = [{ positions: 'nope', scope: 'global', feedForward: 'moe' }] as const;
		const variants = { ...tinyConfig.variants, scale: 'add' } as const;
		const config = { ...tinyConfig, layers, variants };
		expect(line(MOMENT.scores, { config })).toContain('7.00 ÷ 1.41 + 1.0693 = 7.00');
	});

	test('fills in the weight that the trace holds', () => {
		expect(line(MOMENT.mix)).toContain('= 0.250');
	});

	test('says why a key is hidden', () => {
		expect(line(MOMENT.scores, { token: 0, key: 1 })).toContain('it lies in the future');
		const walled = { ...tinyConfig, chunk: 1 };
		expect(line(MOMENT.scores, { config: walled })).toContain('a chunk wall lies between');
		expect(line(MOMENT.mix, { config: walled })).toContain('nothing, a chunk wall lies between');
	});

	test('names the winner, its logit and its gate', () => {
		expect(line(MOMENT.gate, { token: 0 })).toContain('gate of C = σ(logit) = σ( 1.10 ) = 0.750');
	});

	test('says that a loser did not win', () => {
		expect(line(MOMENT.gate, { token: 0, expert: 0 })).toContain('A did not win ( −1.00 )');
	});

	test('shrinks the input, not the output, and gives the lengths of both answers', () => {
		const shown = line(MOMENT.experts, { token: 0 });
		expect(shown).toContain('+ C ( 0.750 · x̂ )');
		expect(shown).toContain('lengths 10.0 and 5.00');
	});

	test('scales queries of NoPE layers by position: 1 + 0.1 · ln 2 at the second token', () => {
		const layers = [{ positions: 'nope', scope: 'global', feedForward: 'moe' }] as const;
		expect(line(MOMENT.scale, { config: { ...tinyConfig, layers } })).toContain('= 1.0693');
	});

	test('is empty where the trace lacks the numbers', () => {
		const trace = { ...tinyScene.trace, recordings: [] };
		expect(line(MOMENT.mix, { trace })).toBe('');
		expect(line(MOMENT.experts, { trace })).toBe('');
	});
});

describe('the moments of a layer', () => {
	test('are eight for every kind of layer', () => {
		for (const positions of ['rope', 'nope'] as const) {
			for (const feedForward of ['moe', 'dense'] as const) {
				const layers = [{ positions, scope: 'global', feedForward }] as const;
				expect(momentsOf({ ...tinyConfig, layers }, 0)).toHaveLength(MOMENTS);
			}
		}
	});

	test('call what is not Llama 4 by its name', () => {
		const variants = { gate: 'output', router: 'softmax', scale: 'multiply' } as const;
		const [gate, experts] = momentsOf({ ...tinyConfig, variants }, 0).slice(MOMENT.gate);
		expect(gate?.sentence).toContain('not Llama 4');
		expect(experts?.sentence).toContain('not Llama 4');
	});
});

describe('the badge of a picture', () => {
	test('is exact for a true Llama 4, and names what is not', () => {
		expect(badgeOf(tinyConfig, SOURCES.router)).toEqual({ kind: 'exact', source: SOURCES.router });
		const variants = { ...tinyConfig.variants, gate: 'output', router: 'softmax' } as const;
		expect(badgeOf({ ...tinyConfig, variants }, SOURCES.router)).toEqual({
			kind: 'ours',
			source: 'not Llama 4: gate on the output, softmax router'
		});
	});
});
