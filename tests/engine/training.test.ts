import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import type { HookPoint } from '$lib/protocol/trace';
import type { Question } from '$lib/lab/wire';
import { NODE_BACKENDS } from '../tensors';
import { build, FakePage, SMALL } from './session';

function forward(points: readonly HookPoint[] = ['logits']): Question {
	const tokens = Int32Array.of(1, 2, 3, 4);
	return { type: 'forward', pass: { tokens, points, interventions: [], chunk: null } };
}

describe('a training', () => {
	test.each(NODE_BACKENDS)(
		'leaves no tensor behind in 200 steps on %s',
		async (backend) => {
			const page = await FakePage.with(backend);
			await page.ask({ type: 'train', steps: 3, follow: true }, 'stopped');
			await page.ask(forward(['router.gate', 'logits']), 'trace');
			const { numTensors, numBytes } = tf.memory();
			await page.ask({ type: 'train', steps: 200, follow: true }, 'stopped');
			await page.ask(build({ seed: 2 }), 'opened');
			expect(tf.memory()).toMatchObject({ numTensors, numBytes });
		},
		60_000
	);

	test('stops at a loss that is not finite and keeps the last good weights', async () => {
		const page = await FakePage.with('cpu', { learningRate: 1, clipNorm: 0, schedule: 0 });
		// Weights near the end of the number range: products overflow.
		const { config, weights } = await page.ask({ type: 'save' }, 'saved');
		const bytes = new DataView(weights);
		bytes.setFloat32(weights.byteLength - 4, 3e38, true);
		bytes.setFloat32(weights.byteLength - 8, 3e38, true);
		const source = { task: 'tales', text: null };
		const question = { name: 'wild', config, weights, settings: SMALL, source, step: 0, seed: 1 };
		await page.ask({ type: 'open', ...question }, 'opened');
		const before = await page.ask({ type: 'save' }, 'saved');
		const stopped = await page.ask({ type: 'train', steps: null, follow: false }, 'stopped');
		expect(stopped.why).toBe('notFinite');
		expect(stopped.note).toMatch(/not a finite number.*lower learning rate/);
		const after = await page.ask({ type: 'save' }, 'saved');
		const numbers = (file: ArrayBuffer) => new Uint8Array(file).slice(-4000);
		expect(numbers(after.weights)).toEqual(numbers(before.weights));
	});

	test('is followed by the latest pass, with the ticket of its question', async () => {
		const page = await FakePage.with('cpu');
		const first = await page.ask(forward(), 'trace');
		await page.ask({ type: 'train', steps: 2, follow: true }, 'stopped');
		const traces = page.replies.filter((reply) => reply.type === 'trace');
		expect(traces.map(({ ticket }) => ticket)).toContain(first.ticket);
		expect(traces.at(-1)).toMatchObject({ ticket: first.ticket, trace: { step: 2 } });
	});

	test('goes on through a change of settings that keeps the weights', async () => {
		const page = await FakePage.with('cpu');
		page.send({ type: 'train', steps: null, follow: false });
		await page.next(({ type }) => type === 'progress');
		const settings = { ...SMALL, chunk: 2, learningRate: 1e-4 };
		const { header, isFresh } = await page.ask({ type: 'adjust', settings }, 'opened');
		expect(isFresh).toBe(false);
		expect(header.config.chunk).toBe(2);
		expect(header.train.learningRate).toBe(1e-4);
		const step = header.step;
		await page.next(
			(reply) => reply.type === 'progress' && reply.records.some((record) => record.step > step + 1)
		);
		page.send({ type: 'stop', what: 'train' });
		await page.next(({ type }) => type === 'stopped');
	});

	test('ends in good order when another model takes its place', async () => {
		const page = await FakePage.with('cpu');
		const ticket = page.send({ type: 'train', steps: null, follow: false });
		await page.next(({ type }) => type === 'progress');
		const opened = await page.ask(build({ seed: 2 }), 'opened');
		expect(opened.header).toMatchObject({ seed: 2, step: 0 });
		expect(page.replies.some((r) => r.type === 'stopped' && r.ticket === ticket)).toBe(true);
	});
});

describe('questions', () => {
	test('that a newer one of the same kind outdates are not answered', async () => {
		const page = await FakePage.with('cpu');
		const tickets = [page.send(forward()), page.send(forward()), page.send(forward())];
		await page.next(({ ticket }) => ticket === tickets[2]);
		const answered = page.replies.filter(({ type }) => type === 'trace').map((r) => r.ticket);
		expect(answered).not.toContain(tickets[1]);
	});

	test('about a model that is to be replaced are not answered either', async () => {
		const page = await FakePage.with('cpu');
		page.send({ type: 'evaluate', sequences: 16, interventions: [] });
		const stale = page.send(forward());
		await page.ask(build({ seed: 5 }), 'opened');
		await page.ask({ type: 'save' }, 'saved');
		expect(page.replies.some(({ ticket }) => ticket === stale)).toBe(false);
	});

	test('of a chunk of its own change one pass and not the model', async () => {
		const page = await FakePage.with('cpu');
		const pass = {
			...{ tokens: Int32Array.of(1, 2, 3, 4), points: ['attention.mask' as const] },
			interventions: []
		};
		const masks = async (chunk: number | null) => {
			const { trace } = await page.ask({ type: 'forward', pass: { ...pass, chunk } }, 'trace');
			return [...trace.recordings[0]!.data];
		};
		const own = await masks(null);
		expect(await masks(3)).toEqual([1, 0, 0, 0, 1, 1, 0, 0, 1, 1, 1, 0, 0, 0, 0, 1]);
		expect(await masks(null)).toEqual(own);
	});
});
