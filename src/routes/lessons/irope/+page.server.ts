import { readFileSync } from 'node:fs';
import proof from '$lib/experiments/recorded/orderSensitivity.json';
import { inverseFrequencies, wavelength } from '$lib/math/rope';
import { readHfConfig } from '$lib/protocol/hfConfig';
import { taskOf } from '$lib/tasks';
import type { LayerVectors, LessonData } from './data';
import { armNumbers } from './numbers';
import recorded from './recorded.json';
import { wordsOf } from './words';

const TOY = 'static/toys/scout-toy';

interface TraceFile {
	tokens: number[];
	recordings: { layer: number | null; point: string; data: number[] }[];
}

const read = (file: string): unknown => JSON.parse(readFileSync(`${TOY}/${file}`, 'utf8'));

/** A text of the task that the proof trains on. */
function askedText(): LessonData['asked'] {
	const { encode, vocabulary } = taskOf('order');
	const { tokens } = encode(' hay red hay hay blue hay hay hay ba di lu middle di hay first red');
	return {
		tokens: Array.from(tokens),
		texts: Array.from(tokens, (token) => vocabulary[token] ?? ''),
		colours: [1, 4]
	};
}

/** Queries and keys of the recorded pass of the trained toy. Read at build time only. */
export function load(): LessonData {
	const { task, steps, seed } = read('toy.json') as { task: string; steps: number; seed: number };
	const { config } = readHfConfig(read('config.json'));
	const { tokens, recordings } = read('trace.json') as TraceFile;
	const { vocabulary } = taskOf(task);
	const vectorsOf = (layer: number): LayerVectors => {
		const numbers = (point: string) => {
			const found = recordings.find((one) => one.layer === layer && one.point === point);
			if (!found) throw new RangeError(`the recorded pass lacks ${point} of layer ${layer}`);
			return found.data.map((value) => Number(value.toPrecision(5)));
		};
		return { layer, q: numbers('attention.q'), k: numbers('attention.k') };
	};
	const turns = Array.from(inverseFrequencies(config.headWidth, config.rope), wavelength);
	return {
		words: wordsOf({
			turns,
			headWidth: config.headWidth,
			layers: config.layers,
			arms: armNumbers(proof),
			seeds: proof.seeds.length
		}),
		tokens,
		texts: tokens.map((token) => vocabulary[token] ?? ''),
		...{ config, steps, seed, proof, ripples: recorded.ripples, asked: askedText() },
		rope: vectorsOf(config.layers.findIndex(({ positions }) => positions === 'rope')),
		nope: vectorsOf(config.layers.findIndex(({ positions }) => positions === 'nope'))
	};
}
