/**
 * Measures what the trained toy loses behind walls and writes what the lesson on chunked attention
 * draws before its engine has come:
 *
 *     npm run walls
 */
import '@tensorflow/tfjs-backend-wasm';
import '$lib/kernels/boot';
import { writeFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs-core';
import { format, resolveConfig } from 'prettier';
import { random } from '$lib/math/random';
import { taskOf } from '$lib/tasks';
import { readModel } from './toys/files';
import { WALL_FILE, wallLosses } from './walls/measure';

/** Length of the long row: the first sequence of this domain. */
const ROW = 64;
const DOMAIN = 'tales';

await tf.setBackend('wasm');
const task = taskOf('tales');
const { params, config } = readModel('scout-toy');
const stacks: Record<string, number[]> = {};
for (const stack of ['cccg', 'cccc']) {
	const losses = await wallLosses({ params, config, task }, stack);
	stacks[stack] = losses.map((loss) => Number(loss.toFixed(4)));
}
const row = Array.from(firstTale(), (token) => task.vocabulary[token] ?? '');
const options = await resolveConfig(WALL_FILE);
const text = JSON.stringify({ stacks, row });
writeFileSync(WALL_FILE, await format(text, { ...options, filepath: WALL_FILE }));

function firstTale(): Int32Array {
	for (let seed = 1; ; seed++) {
		const { tokens, domain } = task.sample(random(seed, 1), ROW);
		if (domain !== null && task.domains[domain] === DOMAIN) return tokens;
	}
}
