import { describe, expect, test } from 'vitest';
import { taskOf } from '$lib/tasks';
import { drawBatch, HELD_OUT_STREAM } from '$lib/train/batch';

const task = taskOf('tales');
const size = { batch: 3, length: 12 };

describe('drawBatch', () => {
	test('draws the same sequences for the same seed and step', () => {
		expect(drawBatch(task, size, 1, 5)).toEqual(drawBatch(task, size, 1, 5));
	});

	test('draws others for another step, another seed, and for measuring', () => {
		const texts = [
			drawBatch(task, size, 1, 5),
			drawBatch(task, size, 1, 6),
			drawBatch(task, size, 2, 5),
			drawBatch(task, size, 1, HELD_OUT_STREAM)
		].map(({ tokens }) => tokens.join());
		expect(new Set(texts).size).toBe(4);
	});

	test('puts whole sequences side by side, each with its domain', () => {
		const { tokens, domains } = drawBatch(task, size, 1, 0);
		expect(tokens.length).toBe(36);
		expect(domains.length).toBe(3);
		for (const id of tokens) expect(task.vocabulary[id]).toBeDefined();
		for (const domain of domains) expect(task.domains[domain!]).toBeDefined();
	});
});
