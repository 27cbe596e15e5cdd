import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Lab } from '$lib/lab/lab.svelte';
import type { Command, Reply } from '$lib/protocol/messages';
import { INITIAL_SETTINGS } from '$lib/protocol/settings';
import { FakeEngine, opened, readily } from './fakeEngine';

const TALES = { task: 'tales', text: null };
const page = document.documentElement.dataset;

let engines: FakeEngine[];
let lab: Lab;

/** A lab whose engines answer as the test says; a new one stands up whenever one has died. */
function labWith(answers: (command: Command) => Reply | null = readily): Lab {
	engines = [];
	lab = new Lab({
		startWorker: () => {
			const engine = new FakeEngine(answers);
			engines.push(engine);
			return engine;
		},
		toyUrl: (toy, file) => `/no-such-toys/${toy}/${file}`
	});
	return lab;
}

const engine = () => engines.at(-1)!;

beforeEach(() => sessionStorage.clear());
afterEach(() => lab.close());

describe('a lab', () => {
	test('says its state to scripts: idle, loading, ready, training, ready', async () => {
		labWith();
		expect(page.engine).toBe('idle');
		const started = lab.start();
		expect(page.engine).toBe('loading');
		expect(await started).toBe(true);
		expect(page.backend).toBe('wasm');
		await lab.build(INITIAL_SETTINGS, TALES);
		expect(page.engine).toBe('ready');
		const trained = lab.train();
		expect(page.engine).toBe('training');
		lab.pause();
		const { ticket } = engine().last('train');
		engine().reply({ type: 'stopped', ticket, step: 3, why: 'asked', note: '' });
		expect(await trained).toBe(true);
		expect(page.engine).toBe('ready');
		expect(lab.step).toBe(3);
	});

	test('is preparing until the first pass and the first step on a graphics processor are there', async () => {
		labWith((command) => {
			const reply = readily(command);
			if (reply?.type !== 'booted') return reply;
			return { ...reply, backend: { ...reply.backend, name: 'webgl' } };
		});
		await lab.start();
		await lab.build(INITIAL_SETTINGS, TALES);
		expect(lab.isPreparing).toBe(false);
		void lab.train();
		expect(lab.isPreparing).toBe(true);
		const { ticket } = engine().last('train');
		const records = [{ step: 1, loss: 4, load: new Float32Array(0) }];
		const cost = { operations: 100, ms: 20 };
		engine().reply({ type: 'progress', ticket, records, stepsPerSecond: 50, cost });
		expect(lab.isPreparing).toBe(false);
	});

	test('keeps the weights where only rules change, and draws anew where sizes do', async () => {
		labWith();
		await lab.start();
		await lab.build(INITIAL_SETTINGS, TALES);
		await lab.rebuild({ ...INITIAL_SETTINGS, chunk: 4, learningRate: 1e-3 });
		expect(engine().last('adjust').settings.chunk).toBe(4);
		await lab.rebuild({ ...INITIAL_SETTINGS, experts: 4 });
		expect(engine().last('build').settings.experts).toBe(4);
		expect(await lab.rebuild({ ...INITIAL_SETTINGS, heads: 4, kvHeads: 3 })).toBe(false);
		expect(lab.notice).toMatch(/evenly/);
		expect(engine().count('build')).toBe(2);
	});

	test('draws the next seed, and the same one on reset', async () => {
		labWith();
		await lab.start();
		await lab.build(INITIAL_SETTINGS, TALES);
		await lab.newSeed();
		expect(engine().last('build').settings.seed).toBe(2);
		await lab.reset();
		expect(engine().last('build').settings.seed).toBe(1);
	});

	test('collects the losses of progress into the history', async () => {
		labWith();
		await lab.start();
		await lab.build(INITIAL_SETTINGS, TALES);
		void lab.train();
		const { ticket } = engine().last('train');
		const records = [1, 2].map((step) => ({ step, loss: 3, load: Float32Array.of(1) }));
		engine().reply({
			type: 'progress',
			ticket,
			records,
			stepsPerSecond: 7,
			cost: { operations: 90, ms: 12 }
		});
		expect(lab.history.steps).toEqual([1, 2]);
		expect(lab).toMatchObject({ step: 2, stepsPerSecond: 7, stepCost: { operations: 90, ms: 12 } });
	});

	test('waits for the newest pass only', async () => {
		labWith();
		await lab.start();
		await lab.build(INITIAL_SETTINGS, TALES);
		const first = lab.forward([1]);
		const second = lab.forward([1, 2]);
		expect(await first).toBe(false);
		expect(lab.waiting).toBe(true);
		const { ticket, pass } = engine().last('forward');
		const trace = { step: 0, tokens: pass.tokens, recordings: [] };
		engine().reply({ type: 'trace', ticket, trace, ms: 5, operations: 40 });
		expect(await second).toBe(true);
		expect(lab).toMatchObject({ waiting: false, passCost: { operations: 40, ms: 5 } });
		expect([...lab.trace!.tokens]).toEqual([1, 2]);
	});

	test('tells in one sentence what went wrong, and the model stays', async () => {
		labWith((command) =>
			command.type === 'open'
				? { type: 'failed', ticket: command.ticket, message: 'The file is cut off.' }
				: readily(command)
		);
		await lab.start();
		await lab.build(INITIAL_SETTINGS, TALES);
		const config = new File(['{}'], 'config.json');
		const weights = new File(['x'], 'model.safetensors');
		expect(await lab.openFiles([weights, config])).toBe(false);
		expect(lab.notice).toBe('The file is cut off.');
		expect(await lab.openFiles([config])).toBe(false);
		expect(lab.notice).toMatch(/the weights \(a file ending in \.safetensors\) is missing/);
		expect(await lab.openToy('no-such-toy')).toBe(false);
		expect(lab.notice).toMatch(/could not be fetched/);
		expect(lab.model?.name).toBe('new model');
		expect(lab.status).toBe('ready');
	});
});

describe('a lab whose engine dies', () => {
	test('starts another, opens the stored run there, asks again and trains on', async () => {
		labWith((command) =>
			command.type === 'restore'
				? { type: 'opened', ticket: command.ticket, isFresh: true, ...opened(40) }
				: readily(command)
		);
		await lab.start();
		await lab.build(INITIAL_SETTINGS, TALES);
		void lab.forward([1, 2]);
		void lab.train();
		engine().reply({ type: 'kept', ticket: 0 as Reply['ticket'], id: 'tab/1', step: 40 });
		engine().die('out of memory');
		await vi.waitFor(() => expect(engines[1]?.count('train')).toBe(1));
		expect(engines[0]!.isTerminated).toBe(true);
		expect(engines[1]!.last('restore').id).toBe('tab/1');
		expect([...engines[1]!.last('forward').pass.tokens]).toEqual([1, 2]);
		expect(lab.notice).toBe(
			'The engine stopped and was started again; your model goes on from step 40.'
		);
		expect(lab.status).toBe('training');
	});

	test.each([
		['a training', true],
		['a pass', false]
	])('says that %s was too large for the memory, and does not try it again', async (_, trains) => {
		labWith();
		await lab.start();
		await lab.build(INITIAL_SETTINGS, TALES);
		void lab.forward([1, 2]);
		if (trains) void lab.train();
		const ticket = 0 as Reply['ticket'];
		engine().reply({ type: 'kept', ticket, id: 'tab/1', step: 0 });
		engine().reply({ type: 'lost', ticket, message: 'Too large: smaller.', isTooLarge: true });
		await vi.waitFor(() =>
			expect(lab.notice).toBe(
				'Too large: smaller. The engine was started again; your model goes on from step 0.'
			)
		);
		expect(lab.status).toBe('ready');
		expect(engines[1]!.asked.map(({ type }) => type)).toEqual(
			trains ? ['boot', 'restore', 'forward'] : ['boot', 'restore']
		);
	});

	test('opens the model anew where nothing was stored, and says so', async () => {
		labWith();
		await lab.start();
		await lab.build({ ...INITIAL_SETTINGS, seed: 7 }, TALES);
		engine().die('');
		await vi.waitFor(() => expect(engines[1]?.count('build')).toBe(1));
		await vi.waitFor(() => expect(lab.notice).toMatch(/your model starts anew/));
		expect(engines[1]!.last('build').settings.seed).toBe(7);
	});

	test('gives up after three deaths in a row and says so', async () => {
		labWith();
		await lab.start();
		await lab.build(INITIAL_SETTINGS, TALES);
		for (let death = 1; death <= 3; death++) {
			await vi.waitFor(() => expect(engines.length).toBe(death));
			await vi.waitFor(() => expect(lab.status).toBe('ready'));
			engine().die('broken');
		}
		await vi.waitFor(() => expect(lab.status).toBe('failed'));
		expect(lab.notice).toMatch(/stopped 3 times in a row.*broken/);
		expect(engines.length).toBe(3);
	});

	test('gives up where engines die before they are ready', async () => {
		labWith(() => null);
		const started = lab.start();
		for (let death = 1; death <= 3; death++) {
			await vi.waitFor(() => expect(engines.length).toBe(death));
			engine().die('no such file');
		}
		expect(await started).toBe(false);
		expect(page.engine).toBe('failed');
	});

	test('does without the graphics processor once it was lost twice', async () => {
		labWith((command) => {
			const reply = readily(command);
			if (reply?.type !== 'booted') return reply;
			return { ...reply, backend: { ...reply.backend, name: 'webgl' } };
		});
		await lab.start();
		await lab.build(INITIAL_SETTINGS, TALES);
		for (const count of [1, 2]) {
			const message = 'the graphics processor is gone';
			const ticket = 0 as Reply['ticket'];
			engine().reply({ type: 'lost', ticket, message, isTooLarge: false });
			await vi.waitFor(() => expect(engines.length).toBe(count + 1));
			await vi.waitFor(() => expect(lab.status).toBe('ready'));
		}
		expect(engines.map((one) => one.last('boot').allowWebgl)).toEqual([true, true, false]);
	});
});

test('a browser without workers is told so', async () => {
	lab = new Lab({
		startWorker: () => {
			throw new Error('no workers');
		},
		toyUrl: () => ''
	});
	expect(await lab.start()).toBe(false);
	expect(lab.notice).toMatch(/no background threads/);
});
