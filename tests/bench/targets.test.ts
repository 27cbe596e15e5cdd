import { describe, expect, test } from 'vitest';
import type { Curve } from '../../bench/growth';
import { exponentOf, growthBetween } from '../../bench/growth';
import { figureTable, line } from '../../bench/report';
import { targetsOf } from '../../bench/targets';
import { pointsOf, result } from './measured';

function curve(name: string, against: string, turns: Record<number, readonly number[]>): Curve {
	const points = pointsOf(turns);
	const [from, to] = [points[0]!.x, points.at(-1)!.x];
	const exponent = exponentOf(points);
	return {
		...{ name, against, backend: 'wasm', points, exponent, upperExponent: exponent },
		growth: { from, to, ratio: growthBetween(points, from, to) }
	};
}

const NOTHING = { races: [], curves: [], endurance: [] };

/** The row of a promise: measured, promised, kept. */
function row(measured: Parameters<typeof targetsOf>[0], name: string): readonly string[] {
	const found = figureTable(targetsOf(measured)).find(([what]) => what === name);
	expect(found, name).toBeDefined();
	return found!.slice(1);
}

describe('promises', () => {
	test('stay in the list where nothing was measured, and are not kept', () => {
		const [, ...rows] = figureTable(targetsOf(NOTHING));
		expect(rows.map(([what]) => what)).toEqual([
			'base, faster than plain (wasm)',
			'small, faster than jax-js (wasm)',
			'base, faster than jax-js (wasm)',
			'default toy (wasm)',
			'default toy, worker start to first step (wasm)',
			'base, programs drawn per step (webgl)',
			'base, faster than plain (webgl in software)',
			'base (webgl on a graphics processor)',
			'step with 64 experts over 4',
			'chunked layer, exponent of time in tokens',
			'tensors more after 1000 steps',
			'bytes more after 1000 steps'
		]);
		for (const [, measured, , kept] of rows)
			expect([measured, kept]).toEqual(['not measured', 'no']);
		for (const target of targetsOf(NOTHING)) expect(line(target)).toMatch(/^MISSED.*not measured/);
	});

	test('compare the medians of two contenders on one backend', () => {
		const races = [
			result('ours', 'wasm', 'base', 10),
			result('plain', 'wasm', 'base', 70),
			result('jax-js', 'wasm', 'base', 12)
		];
		const measured = { ...NOTHING, races };
		const faster = row(measured, 'base, faster than plain (wasm)');
		expect(faster).toEqual(['7 ×', 'at least 6 ×', 'yes']);
		expect(row(measured, 'base, faster than jax-js (wasm)').at(-1)).toBe('no');
	});

	test('on WebGL depend on what draws', () => {
		const races = (about: string) => [
			result('ours', 'webgl', 'base', 10, { about }),
			result('plain', 'webgl', 'base', 40, { about })
		];
		const rowsOn = (about: string) =>
			['base, faster than plain (webgl in software)', 'base (webgl on a graphics processor)'].map(
				(name) => row({ ...NOTHING, races: races(about) }, name)[0]
			);
		expect(rowsOn('ANGLE (SwiftShader)')).toEqual(['4 ×', 'not measured']);
		expect(rowsOn('ANGLE (NVIDIA GeForce RTX 3060)')).toEqual(['not measured', '100 steps/s']);
	});

	test('about growth come with the middle half of the rounds', () => {
		const experts = (ratios: number[]) =>
			curve('training step', 'experts', { 4: ratios.map(() => 10), 64: ratios.map((r) => 10 * r) });
		const kept = (...ratios: number[]) =>
			row({ ...NOTHING, curves: [experts(ratios)] }, 'step with 64 experts over 4');
		expect(kept(1.1, 1.2, 1.1)).toEqual(['1.10 × (1.10 – 1.15)', 'at most 1.3 ×', 'yes']);
		expect(kept(1.2, 1.25, 1.6).at(-1)).toBe('yes, at the edge');
		expect(kept(1.2, 1.35, 1.6).at(-1)).toBe('no, at the edge');
		expect(kept(1.4, 1.5, 1.6).at(-1)).toBe('no');
	});

	test('about the chunked layer hold the exponent of that layer alone', () => {
		const curves = [
			curve('NoPE layer', 'tokens', { 128: [1], 512: [16] }),
			curve('chunked layer', 'tokens', { 128: [1], 512: [4] })
		];
		const [value, , kept] = row(
			{ ...NOTHING, curves },
			'chunked layer, exponent of time in tokens'
		);
		expect(value).toMatch(/^1(\.00)? /);
		expect(kept).toBe('yes');
	});

	test('about memory tell each backend apart', () => {
		const memory = (tensors: number) => ({ tensors, bytes: 100, heap: null });
		const long = (backend: 'wasm' | 'webgl', after: number) => {
			const { contender, work } = result('ours', backend, 'toy', 1);
			return { contender, work, backend, steps: 1000, before: memory(53), after: memory(after) };
		};
		const measured = { ...NOTHING, endurance: [long('wasm', 53), long('webgl', 54)] };
		expect(row(measured, 'tensors more after 1000 steps (wasm)').at(-1)).toBe('yes');
		expect(row(measured, 'tensors more after 1000 steps (webgl)').at(-1)).toBe('no');
		expect(row(measured, 'bytes more after 1000 steps (webgl)').at(-1)).toBe('yes');
	});
});
