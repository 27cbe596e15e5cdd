import { describe, expect, test } from 'vitest';
import { gradientOf, recordingOf, type HookPoint } from '$lib/protocol/trace';
import type { Question } from '$lib/lab/wire';
import { NODE_BACKENDS } from '../tensors';
import { build, FakePage, SMALL, TALES } from './session';

const TOKENS = Int32Array.of(1, 2, 3, 4, 5, 6);

function forward(points: readonly HookPoint[] = ['logits'], tokens = TOKENS): Question {
	return { type: 'forward', pass: { tokens, points, interventions: [], chunk: null } };
}

describe.each(NODE_BACKENDS)('a session on %s', (backend) => {
	test('says what computes and why', async () => {
		const page = new FakePage();
		const reply = await page.ask({ type: 'boot', backend, tab: 'tab', allowWebgl: true }, 'booted');
		expect(reply.backend).toMatchObject({ name: backend, threads: 1 });
		expect(reply.backend.reason).toMatch(/computes: you asked for it\.$/);
		expect(reply.note).toBe('');
	});

	test('builds the model that the settings describe', async () => {
		const page = new FakePage();
		await page.boot(backend);
		const opened = await page.ask(build(), 'opened');
		expect(opened.header).toMatchObject({ name: 'new model', step: 0, seed: 1, source: TALES });
		expect(opened.header.config).toMatchObject({ width: 8, experts: 4, chunk: 4 });
		expect(opened.parameterCount).toBeGreaterThan(1000);
		expect(opened.floor).toBeGreaterThan(0);
	});

	test('records the points asked for and no others', async () => {
		const page = await FakePage.with(backend);
		const { trace } = await page.ask(forward(['router.gate', 'logits']), 'trace');
		expect(trace.step).toBe(0);
		expect([...trace.tokens]).toEqual([...TOKENS]);
		expect(trace.recordings.map(({ layer, point }) => [layer, point])).toEqual([
			[0, 'router.gate'],
			[1, 'router.gate'],
			[null, 'logits']
		]);
		expect(recordingOf(trace, 'router.gate', 1)!.shape).toEqual([6, 4]);
	});

	test('tells how the loss answers to the router logits, where asked', async () => {
		const page = await FakePage.with(backend);
		const pass = {
			...{ tokens: TOKENS, points: ['router.logits' as const], interventions: [], chunk: null },
			gradients: ['router.logits' as const]
		};
		const { trace } = await page.ask({ type: 'forward', pass }, 'trace');
		const { data, shape } = gradientOf(trace, 'router.logits', 0)!;
		expect(shape).toEqual([6, 4]);
		expect(data.filter((value) => value !== 0).length).toBe(5);
		const one = { ...pass, tokens: TOKENS.slice(0, 1) };
		const short = await page.ask({ type: 'forward', pass: one }, 'trace');
		expect(short.trace.gradients).toEqual([]);
	});

	test('trains the steps asked for and tells the loss of each', async () => {
		const page = await FakePage.with(backend);
		const stopped = await page.ask({ type: 'train', steps: 5, follow: false }, 'stopped');
		expect(stopped).toMatchObject({ step: 5, why: 'done', note: '' });
		const records = page.replies.flatMap((reply) =>
			reply.type === 'progress' ? reply.records : []
		);
		expect(records.map(({ step }) => step)).toEqual([1, 2, 3, 4, 5]);
		for (const { loss, load } of records) {
			expect(loss).toBeGreaterThan(0);
			expect(load.length).toBe(8);
			expect(load.slice(0, 4).reduce((a, b) => a + b)).toBeCloseTo(1, 5);
		}
	});

	test('hears stop within one step', async () => {
		const page = await FakePage.with(backend);
		page.send({ type: 'train', steps: null, follow: false });
		const progress = await page.next(({ type }) => type === 'progress');
		const told = progress.type === 'progress' ? progress.records.at(-1)!.step : NaN;
		page.send({ type: 'stop', what: 'train' });
		const stopped = await page.next(({ type }) => type === 'stopped');
		expect(stopped).toMatchObject({ why: 'asked' });
		expect(stopped.type === 'stopped' && stopped.step - told).toBeLessThanOrEqual(1);
	});

	test('writes on greedily as the model would one token at a time', async () => {
		const page = await FakePage.with(backend);
		const question: Question = {
			...{ type: 'generate', tokens: TOKENS, count: 3 },
			...{ sampling: { temperature: 0 }, seed: 1 }
		};
		const { tokens } = await page.ask(question, 'generated');
		expect(tokens.length).toBe(3);
		for (let i = 0; i < 3; i++) {
			const text = Int32Array.of(...TOKENS, ...tokens.slice(0, i));
			const { trace } = await page.ask(forward(['logits'], text), 'trace');
			const last = recordingOf(trace, 'logits')!.data.slice(-trace.recordings[0]!.shape[2]!);
			expect(last.indexOf(Math.max(...last))).toBe(tokens[i]);
		}
		expect(page.replies.filter(({ type }) => type === 'token').length).toBe(3);
	});

	test('gives the same logits, bit for bit, after saving and opening', async () => {
		const page = await FakePage.with(backend);
		await page.ask({ type: 'train', steps: 2, follow: false }, 'stopped');
		const before = await page.ask(forward(), 'trace');
		const { config, weights } = await page.ask({ type: 'save' }, 'saved');
		await page.ask(build({ seed: 9 }), 'opened');
		const opened = await page.ask(
			{
				...{ type: 'open', name: 'mine', config, weights, settings: SMALL, source: TALES },
				...{ step: 0, seed: 0 }
			},
			'opened'
		);
		expect(opened.header).toMatchObject({ name: 'mine', step: 2, seed: 1, settings: SMALL });
		const after = await page.ask(forward(), 'trace');
		expect(after.trace.recordings[0]!.data).toEqual(before.trace.recordings[0]!.data);
	});

	test('measures loss and divergence on sequences never trained on', async () => {
		const page = await FakePage.with(backend);
		const question = { type: 'evaluate', sequences: 16, interventions: [] } as const;
		const { evaluation } = await page.ask(question, 'evaluated');
		const { loss, positionLosses, divergence, floor } = evaluation;
		// An untrained model is near uniform over 128 tokens; what it loses above the floor is divergence.
		expect(loss).toBeCloseTo(Math.log(128), 1);
		expect(divergence).toBeGreaterThan(1);
		expect(divergence! + floor!).toBeCloseTo(loss, 0);
		expect(positionLosses).toHaveLength(SMALL.length - 1);
		expect(positionLosses.reduce((a, b) => a + b, 0) / (SMALL.length - 1)).toBeCloseTo(loss, 9);
	});

	test('measures with a mask of another hand, and refuses one that does not fit', async () => {
		const page = await FakePage.with(backend);
		const blind = Uint8Array.from({ length: SMALL.length ** 2 }, (_, i) =>
			Number(i % (SMALL.length + 1) === 0)
		);
		const evaluate = (mask: Uint8Array<ArrayBuffer>): Question => ({
			...{ type: 'evaluate', sequences: 16 },
			interventions: [0, 1].map((layer) => ({ kind: 'mask', layer, mask }) as const)
		});
		const plain = await page.ask(
			{ ...evaluate(blind), interventions: [] } as Question,
			'evaluated'
		);
		const changed = await page.ask(evaluate(blind), 'evaluated');
		const [first, second] = changed.evaluation.positionLosses;
		// The first token sees only itself under either mask.
		expect(first).toBeCloseTo(plain.evaluation.positionLosses[0]!, 5);
		expect(second).not.toBeCloseTo(plain.evaluation.positionLosses[1]!, 5);
		expect(await page.refusal(evaluate(new Uint8Array(3)))).toContain('a mask of 3 places');
	});
});
