import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Recorded } from '$lib/experiments/recorded';
import long from '$lib/experiments/recorded/longContext.json';
import { readHfConfig } from '$lib/protocol/hfConfig';
import { readTrace } from '$lib/protocol/traceFile';
import { taskOf } from '$lib/tasks';
import type { LessonWords } from '../words';
import { lookOf, type RecordedLook } from './recorded';
import { wordsOf } from './words';

const TOY = 'scout-toy';

const read = (file: string) => readFileSync(join('static/toys', TOY, file), 'utf8');

/** The last query of the toy's NoPE layer, from its recorded pass. Read at build time only. */
export function load(): { words: LessonWords; recorded: RecordedLook; long: Recorded } {
	const toy = JSON.parse(read('toy.json')) as { task: string; steps: number; seed: number };
	const { config } = readHfConfig(JSON.parse(read('config.json')));
	const trace = readTrace(read('trace.json'));
	const layer = config.layers.findIndex(({ positions }) => positions === 'nope');
	const look = lookOf(trace, layer);
	if (!look || !config.attentionScale) throw new Error(`${TOY} has no recorded NoPE layer`);
	return {
		words: wordsOf(long),
		long,
		recorded: {
			...{ name: TOY, seed: toy.seed, steps: toy.steps, layer },
			settings: config.attentionScale,
			tokens: Array.from(trace.tokens),
			vocabulary: taskOf(toy.task).vocabulary,
			look: {
				scores: look.scores.map((row) => row.map(fiveDigits)),
				logits: look.logits.map(fiveDigits)
			}
		}
	};
}

const fiveDigits = (value: number) => Number(value.toPrecision(5));
