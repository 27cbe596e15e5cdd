import { beforeAll, describe, expect, test } from 'vitest';
import { taskOf } from '$lib/tasks';
import { readModel } from '../../scripts/toys/files';
import { wallLosses } from '../../scripts/walls/measure';
import recorded from '../../src/routes/lessons/chunked-attention/recorded.json';
import { useBackend } from '../tensors';

const { cccg: open, cccc: shut } = recorded.stacks;

beforeAll(() => useBackend('wasm'));

describe('what the trained toy loses behind walls', () => {
	test('is what the lesson has recorded', async () => {
		const subject = { ...readModel('scout-toy'), task: taskOf('tales') };
		for (const [stack, losses] of Object.entries(recorded.stacks)) {
			const measured = await wallLosses(subject, stack);
			measured.forEach((loss, t) => expect(loss).toBeCloseTo(losses[t]!, 2));
		}
	});

	test('is nothing in the first chunk, which has all it needs', () => {
		expect(shut.slice(0, 8)).toEqual(open.slice(0, 8));
	});

	test('is most right behind each wall', () => {
		for (const wall of [8, 16, 24]) {
			expect(shut[wall]!).toBeGreaterThan(4);
			expect(shut[wall]!).toBeGreaterThan(2 * shut[wall + 1]!);
			expect(shut[wall]!).toBeGreaterThan(4 * shut[wall - 1]!);
			expect(open[wall]!).toBeLessThan(0.5);
		}
	});
});
