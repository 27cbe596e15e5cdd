import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readHfConfig } from '$lib/protocol/hfConfig';
import { SEED_EXAMPLE, taskOf } from '$lib/tasks';
import { DRAWN_POINTS, type PageText } from './recorded';

const TOY = 'scout-toy';

/** What `toy.json` holds; `npm run toys` writes it. */
interface ToyFile {
	task: string;
	steps: number;
	seed: number;
	loss: number;
	floor: number | null;
	/** Mean training loss of every hundred steps. */
	curve?: { step: number; loss: number }[];
}

interface TraceFile {
	step: number;
	tokens: number[];
	recordings: { layer: number | null; point: string; shape: number[]; data: number[] }[];
}

const read = (file: string): unknown =>
	JSON.parse(readFileSync(join('static/toys', TOY, file), 'utf8'));

/** The recorded pass of the trained toy, thinned to what the figures draw. Read at build time only. */
export function load(): PageText {
	const toy = read('toy.json') as ToyFile;
	const { config } = readHfConfig(read('config.json'));
	const { vocabulary, examples } = taskOf(toy.task);
	const { step, tokens, recordings } = read('trace.json') as TraceFile;
	const drawn = recordings
		.filter(({ point }) => DRAWN_POINTS.some((wanted) => wanted === point))
		.map(({ data, ...recording }) => ({ ...recording, data: data.map(fourDigits) }));
	const { task, steps, seed, loss, floor, curve = [] } = toy;
	return {
		name: TOY,
		...{ task, steps, seed, loss, floor, curve, config, vocabulary },
		examples: examples.map((example) => ({
			...example,
			chunk: example.text === SEED_EXAMPLE.text ? SEED_EXAMPLE.chunk : null
		})),
		trace: JSON.stringify({ step, tokens, recordings: drawn })
	};
}

const fourDigits = (value: number) => Number(value.toPrecision(4));
