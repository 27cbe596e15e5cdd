import { readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { leaves } from '$lib/model/tree';
import { deviations } from '$lib/protocol/config';
import { modelConfig } from '$lib/protocol/settings';
import { recordingOf } from '$lib/protocol/trace';
import { readTrace } from '$lib/protocol/traceFile';
import { taskOf } from '$lib/tasks';
import {
	compressedSize,
	LARGEST_TOY,
	readCard,
	readModel,
	toyPath,
	type ToyCard
} from '../../scripts/toys/files';
import {
	complete,
	divergences,
	expertLoads,
	heldOutLoss,
	layerUse,
	wrongSums,
	type Subject
} from '../../scripts/toys/measure';
import { RECIPES } from '../../scripts/toys/recipes';
import { useBackend } from '../tensors';

const page = readFileSync('docs/toys.md', 'utf8');

describe.each(RECIPES)('$name', ({ name, settings, task: taskId, sentence, steps, points }) => {
	const task = taskOf(taskId);
	let subject: Subject;
	let card: ToyCard;

	beforeAll(async () => {
		await useBackend('wasm');
		subject = { ...readModel(name), task };
		card = readCard(name);
	});
	afterAll(() => tf.dispose(leaves(subject.params)));

	test('is the model that its recipe describes, and a true Llama 4', () => {
		expect(subject.config).toEqual(modelConfig(settings, task.vocabulary.length));
		expect(deviations(subject.config)).toEqual([]);
		expect(card.vocabulary).toEqual(task.vocabulary);
		expect([card.name, card.task, card.steps, card.seed]).toEqual([
			name,
			taskId,
			steps,
			settings.seed
		]);
	});

	test('is at most 300 kB with its recorded pass, compressed', () => {
		expect(compressedSize(name)).toBeLessThanOrEqual(LARGEST_TOY);
	});

	test('has the held-out loss that is written about it, close to the floor', async () => {
		// A quarter of what the page measured: by chance alone the two differ by some per cent.
		const { loss } = await heldOutLoss(subject, card.train.length, 128);
		expect(Math.abs(loss / card.loss - 1)).toBeLessThan(0.1);
		expect(card.floor).toBeCloseTo(task.floor(card.train.length)!, 9);
		expect(loss).toBeLessThanOrEqual(1.15 * card.floor);
		expect(page).toContain(card.loss.toFixed(4));
	});

	test('is close to the law of every domain', async () => {
		const domains = await divergences(subject, card.train.length, 128);
		const mean = domains.reduce((sum, { share, divergence }) => sum + share * divergence, 0);
		expect(Math.abs(mean - card.divergence)).toBeLessThan(0.01);
		expect(mean).toBeLessThanOrEqual(0.1 * card.floor);
		for (const { name: domain, entropy, divergence } of domains) {
			expect(divergence, domain).toBeLessThan(0.3 * entropy);
		}
		expect(page).toContain(card.divergence.toFixed(4));
	});

	test('solves at least 95 of the 100 sums of two digits', async () => {
		const wrong = await wrongSums(subject);
		expect(wrong.length).toBeLessThanOrEqual(5);
		expect(100 - wrong.length).toBe(card.sums.solved);
	});

	test('goes on with every example as the page says, in words that the language allows', async () => {
		for (const { text } of task.examples) {
			const { completion, isPossible } = await complete(subject, text);
			expect(isPossible, `${text} …${completion}`).toBe(true);
			expect(page).toContain(completion.trim());
		}
	});

	test('has experts that differ: silenced or swapped, every layer does worse', async () => {
		for (const { layer, silenced, swapped } of await layerUse(subject, card.train.length, 16)) {
			expect(silenced, `layer ${layer} without its experts`).toBeGreaterThan(0.01);
			expect(swapped, `layer ${layer} with the wrong experts`).toBeGreaterThan(0.01);
		}
	});

	test('has no dead expert', async () => {
		for (const { layer, expert, load } of await expertLoads(subject, card.train.length)) {
			expect(load, `expert ${expert} of layer ${layer}`).toBeGreaterThan(0.005);
		}
	});

	test('comes with the recorded pass of its sentence', () => {
		const trace = readTrace(readFileSync(toyPath(name, 'trace.json'), 'utf8'));
		expect(task.decode(trace.tokens)).toBe(sentence);
		expect(trace.step).toBe(steps);
		for (const point of points) {
			const found = trace.recordings.some((recording) => recording.point === point);
			expect(found, point).toBe(true);
		}
		expect(recordingOf(trace, 'logits')?.shape).toEqual([
			1,
			trace.tokens.length,
			task.vocabulary.length
		]);
	});
});
