import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import * as tf from '@tensorflow/tfjs-core';
import { Recorder } from '$lib/engine/recorder';
import { forward } from '$lib/model/forward';
import { paramsFromFile, paramsToFile } from '$lib/model/files';
import type { Params } from '$lib/model/params';
import type { ModelConfig, TrainConfig } from '$lib/protocol/config';
import { readHfConfig } from '$lib/protocol/hfConfig';
import { writeHfConfig } from '$lib/protocol/hfConfigText';
import { readSafetensors, writeSafetensors } from '$lib/protocol/safetensors';
import { writeTrace } from '$lib/protocol/traceFile';
import type { HookPoint, Recording } from '$lib/protocol/trace';

/** What `toy.json` says: how the toy was made and what it reached. */
export interface ToyCard {
	name: string;
	task: string;
	/** Training steps done. */
	steps: number;
	/** Seed of the start weights and of the training data. */
	seed: number;
	backend: string;
	train: TrainConfig;
	/** Mean loss on held-out sequences with the weights as stored, in nats per predicted token. */
	loss: number;
	/**
	 * Mean Kullback-Leibler divergence of the model from the language's own law, in nats per predicted
	 * token: what the loss is above the floor, without the luck of the sequences drawn.
	 */
	divergence: number;
	/** Least mean loss any model can reach on such sequences. */
	floor: number;
	/** Sums of two digits answered rightly, of how many. */
	sums: { solved: number; asked: number };
	parameters: number;
	/** Time that the training took. */
	seconds: number;
	/** Mean training loss of every hundred steps. */
	curve: readonly { step: number; loss: number }[];
	/** Text of each token, by id. */
	vocabulary: readonly string[];
}

/** Most that the files of one toy may take together, compressed. */
export const LARGEST_TOY = 300_000;

/** Scripts and tests run in the project's root. */
const TOYS = 'static/toys';
const FILES = ['config.json', 'model.safetensors', 'toy.json', 'trace.json'];

/** Where a file of a toy lies. */
export function toyPath(name: string, file: string): string {
	return join(TOYS, name, file);
}

/** Writes config and weights; BF16, so what is stored differs a little from what was trained. */
export async function writeModel(
	name: string,
	{ params, config }: { params: Params; config: ModelConfig },
	card: { task: string; step: number; seed: number }
): Promise<void> {
	mkdirSync(join(TOYS, name), { recursive: true });
	// The same note that files saved from the page carry.
	const metadata = { format: 'pt', llamascope: JSON.stringify(card) };
	const bytes = writeSafetensors(await paramsToFile(params, config), 'BF16', metadata);
	writeFileSync(toyPath(name, 'model.safetensors'), bytes);
	writeFileSync(toyPath(name, 'config.json'), writeHfConfig(config, 'bfloat16'));
}

/** The model as it is stored; the caller owns the weights. */
export function readModel(name: string): { params: Params; config: ModelConfig } {
	const { config } = readHfConfig(readFileSync(toyPath(name, 'config.json'), 'utf8'));
	const { tensors } = readSafetensors(readFileSync(toyPath(name, 'model.safetensors')));
	return { params: paramsFromFile(config, tensors), config };
}

export function readCard(name: string): ToyCard {
	return JSON.parse(readFileSync(toyPath(name, 'toy.json'), 'utf8')) as ToyCard;
}

export function writeCard(card: ToyCard): void {
	writeFileSync(toyPath(card.name, 'toy.json'), `${JSON.stringify(card, null, '\t')}\n`);
}

/** Records one pass over some tokens at some points. */
export async function recordTrace(
	name: string,
	{ params, config }: { params: Params; config: ModelConfig },
	pass: { step: number; tokens: Int32Array<ArrayBuffer>; points: readonly HookPoint[] }
): Promise<void> {
	const { step, tokens, points } = pass;
	// With the mask, scores and pattern are whole tables; it is not written itself.
	const recorder = new Recorder([...points, 'attention.mask']);
	const tokens_BT = tf.tensor2d(tokens, [1, tokens.length], 'int32');
	tf.dispose([forward(params, config, tokens_BT, recorder.hooks), tokens_BT]);
	const recordings = (await recorder.read())
		.filter(({ point }) => points.includes(point))
		.map((recording, _i, all) => withoutHiddenScores(recording, all));
	writeFileSync(toyPath(name, 'trace.json'), writeTrace({ step, tokens, recordings }));
}

/** Scores that the mask hides are written as 0: no figure shows them, and they would be a third of the file. */
function withoutHiddenScores(recording: Recording, all: readonly Recording[]): Recording {
	if (recording.point !== 'attention.scores') return recording;
	const pattern = all.find(
		({ layer, point }) => layer === recording.layer && point === 'attention.pattern'
	);
	const data = recording.data.map((score, i) => (pattern?.data[i] === 0 ? 0 : score));
	return { ...recording, data };
}

/** Bytes of a toy's files together, compressed as a server would (deflate, best). */
export function compressedSize(name: string): number {
	return FILES.reduce((sum, file) => {
		const bytes = readFileSync(toyPath(name, file));
		return sum + gzipSync(bytes, { level: 9 }).length;
	}, 0);
}
