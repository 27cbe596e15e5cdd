/** What we promise about the model's own speed, against what was measured. */
import type { BackendName } from '$lib/protocol/messages';
import { isSoftwareRenderer } from '$lib/engine/webgl';
import type { ContenderName } from './contender';
import { growthBetween, type Curve } from './growth';
import type { Endurance, Result } from './race';
import type { Figure } from './report';
import { spread, type Spread } from './spread';

/** All measurements of the model itself. */
export interface Measured {
	races: readonly Result[];
	curves: readonly Curve[];
	endurance: readonly Endurance[];
}

/** Every promise; its value is NaN where nothing was measured. */
export function targetsOf({ races, curves, endurance }: Measured): Figure[] {
	return [
		...[...wasmTargets(races), ...webglTargets(races)],
		...[...growthTargets(curves), ...enduranceTargets(endurance)]
	];
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
	const ratio = isSoftware ? ratioTo(races, 'plain', 'webgl', 'base') : NaN;
	const steps = isSoftware ? NaN : 1000 / (base?.step.median ?? NaN);
	return [
		atMost('base, programs drawn per step (webgl)', base?.counts?.draws ?? NaN, 250, ''),
		atLeast('base, faster than plain (webgl in software)', ratio, 3),
		atLeast('base (webgl on a graphics processor)', steps, 60, 'steps/s')
	];
}

/** A figure that is the median of many, with the middle half of them. */
function ofRounds(figure: Figure, { lower, upper }: Spread): Figure {
	return Number.isNaN(figure.value) ? figure : { ...figure, middle: { lower, upper } };
}

function growthTargets(curves: readonly Curve[]): Figure[] {
	const experts = curves.find(({ against }) => against === 'experts');
	const chunked = curves.find(({ name }) => name.startsWith('chunked'));
	const ratio = growthBetween(experts?.points ?? [], 4, 64);
	const exponent = chunked?.exponent ?? spread([]);
	return [
		ofRounds(atMost('step with 64 experts over 4', ratio.median, 1.3), ratio),
		ofRounds(
			atMost('chunked layer, exponent of time in tokens', exponent.median, 1.1, ''),
			exponent
		)
	];
}

function enduranceTargets(endurance: readonly Endurance[]): Figure[] {
	const more = (what: string, value: number) => atMost(what, value, 0, '');
	if (endurance.length === 0) {
		return [more('tensors more after 1000 steps', NaN), more('bytes more after 1000 steps', NaN)];
	}
	return endurance.flatMap(({ steps, before, after, backend }) => [
		more(`tensors more after ${steps} steps (${backend})`, after.tensors - before.tensors),
		more(`bytes more after ${steps} steps (${backend})`, after.bytes - before.bytes)
	]);
}
