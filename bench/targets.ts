/** What we promise about the model's own speed, against what was measured. */
import type { BackendName } from '$lib/protocol/messages';
import { isSoftwareRenderer } from '$lib/engine/webgl';
import type { ContenderName } from './contender';
import { growthBetween, type Curve } from './growth';
import type { Endurance, Result } from './race';
import type { Figure } from './report';

/** All measurements of the model itself. */
export interface Measured {
	races: readonly Result[];
	curves: readonly Curve[];
	endurance: readonly Endurance[];
}

/** Promises of which nothing was measured are left out. */
export function targetsOf(measured: Measured): Figure[] {
	return [
		...[...wasmTargets(measured.races), ...webglTargets(measured.races)],
		...growthTargets(measured.curves),
		...enduranceTargets(measured.endurance)
	].filter(({ value }) => !Number.isNaN(value));
}

function find(
	races: readonly Result[],
	contender: ContenderName,
	backend: BackendName,
	work: string
): Result | undefined {
	return races.find(
		(result) =>
			result.contender === contender &&
			result.backend === backend &&
			result.work.name === work &&
			result.unfinished === null
	);
}

/** How many times as long as ours another contender takes for a step. */
export function ratioTo(
	races: readonly Result[],
	other: ContenderName,
	backend: BackendName,
	work: string
): number {
	const theirs = find(races, other, backend, work)?.step.median ?? NaN;
	return theirs / (find(races, 'ours', backend, work)?.step.median ?? NaN);
}

const atLeast = (name: string, value: number, limit: number, unit = '×'): Figure => {
	return { name, value, unit, limit, sense: 'at least' };
};
const atMost = (name: string, value: number, limit: number, unit = '×'): Figure => {
	return { name, value, unit, limit, sense: 'at most' };
};

function wasmTargets(races: readonly Result[]): Figure[] {
	const ratio = (other: ContenderName, work: string) => ratioTo(races, other, 'wasm', work);
	const toy = find(races, 'ours', 'wasm', 'toy');
	return [
		atLeast('base, faster than plain (wasm)', ratio('plain', 'base'), 6),
		atLeast('small, faster than jax-js (wasm)', ratio('jax-js', 'small'), 2.5),
		atLeast('base, faster than jax-js (wasm)', ratio('jax-js', 'base'), 1.3),
		atLeast('default toy (wasm)', 1000 / (toy?.step.median ?? NaN), 15, 'steps/s'),
		atMost('default toy, worker start to first step (wasm)', toy?.firstStep ?? NaN, 1500, 'ms')
	];
}

function webglTargets(races: readonly Result[]): Figure[] {
	const base = find(races, 'ours', 'webgl', 'base');
	const isSoftware = isSoftwareRenderer(base?.about ?? '');
	const { draws, operations } = base?.counts ?? { draws: null, operations: NaN };
	return [
		atMost('base, programs drawn per step (webgl)', draws ?? operations, 250, ''),
		isSoftware
			? atLeast(
					'base, faster than plain (webgl in software)',
					ratioTo(races, 'plain', 'webgl', 'base'),
					3
				)
			: atLeast('base (webgl)', 1000 / (base?.step.median ?? NaN), 60, 'steps/s')
	];
}

function growthTargets(curves: readonly Curve[]): Figure[] {
	return curves.flatMap((curve) => {
		if (curve.against === 'experts') {
			return [atMost('step with 64 experts over 4', growthBetween(curve, 4, 64), 1.3)];
		}
		return curve.name.startsWith('chunked')
			? [atMost('chunked layer, exponent of time in tokens', curve.exponent, 1.1, '')]
			: [];
	});
}

function enduranceTargets(endurance: readonly Endurance[]): Figure[] {
	return endurance.flatMap(({ steps, before, after, backend }) => [
		atMost(`tensors more after ${steps} steps (${backend})`, after.tensors - before.tensors, 0, ''),
		atMost(`bytes more after ${steps} steps (${backend})`, after.bytes - before.bytes, 0, '')
	]);
}
