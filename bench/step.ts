/**
 * Milliseconds per training step in Node, on the clock and of processor time (all threads; the clock
 * alone misleads on a busy machine):
 *
 *     node scripts/run.mjs bench/step.ts [cpu|wasm] [small|base|toy] [profile]
 *
 * With `profile` also the kernels that take longest.
 */
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import { disposeState, initState, type TrainState } from '$lib/train/state';
import { trainStep } from '$lib/train/step';
import { tokensOf, WORKS } from './works';

const WARM_UP = 10;
const STEPS = 40;

const backend = process.argv[2] ?? 'wasm';
tf.enableProdMode();
await tf.setBackend(backend);
const work = Object.values(WORKS).find(({ name }) => name === process.argv[3]) ?? WORKS.toy;
const { config, train } = work;

/** One step; gives the next state and the milliseconds it took. */
async function timedStep(
	state: TrainState
): Promise<{ state: TrainState; clock: number; processor: number }> {
	const tokens = tokensOf(work, state.step);
	const before = process.cpuUsage();
	const start = performance.now();
	const next = trainStep(state, config, train, tokens);
	await next.report.numbers.data();
	next.report.numbers.dispose();
	const clock = performance.now() - start;
	const { user, system } = process.cpuUsage(before);
	return { state: next.state, clock, processor: (user + system) / 1000 };
}

const shown = (times: number[]) => {
	const sorted = times.toSorted((a, b) => a - b);
	const at = (share: number) => sorted[Math.floor(share * (sorted.length - 1))]!.toFixed(1);
	return `${at(0.5)} ms (${at(0)} to ${at(1)})`;
};

let state = initState(config, 1);
const [clocks, processors]: [number[], number[]] = [[], []];
for (let i = 0; i < WARM_UP + STEPS; i++) {
	const next = await timedStep(state);
	state = next.state;
	if (i < WARM_UP) continue;
	clocks.push(next.clock);
	processors.push(next.processor);
}
console.log(
	`${work.name} on ${backend}, median of ${STEPS} steps: clock ${shown(clocks)}, processor ${shown(processors)}`
);

if (process.argv.includes('profile')) {
	const { kernels } = await tf.profile(async () => {
		state = (await timedStep(state)).state;
		return tf.scalar(0);
	});
	const sums = new Map<string, { count: number; milliseconds: number }>();
	// The profile lists gradients of our own beside the kernels that they call.
	for (const { name, kernelTimeMs } of kernels.filter((one) => tf.getKernel(one.name, backend))) {
		const sum = sums.get(name) ?? { count: 0, milliseconds: 0 };
		const time = typeof kernelTimeMs === 'number' ? kernelTimeMs : 0;
		sums.set(name, { count: sum.count + 1, milliseconds: sum.milliseconds + time });
	}
	const rows = [...sums].sort(([, a], [, b]) => b.milliseconds - a.milliseconds);
	for (const [name, { count, milliseconds }] of rows.slice(0, 25)) {
		console.log(`${milliseconds.toFixed(2).padStart(8)} ms ${String(count).padStart(5)} × ${name}`);
	}
}
disposeState(state);
