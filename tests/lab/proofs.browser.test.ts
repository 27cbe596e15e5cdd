import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Lab } from '$lib/lab/lab.svelte';
import type { Trial, TrialOutcome } from '$lib/protocol/trial';
import { stepsDone } from '$lib/protocol/trial';
import { smallTrial } from '../train/trials';
import { FakeEngine, readily } from './fakeEngine';

let engines: FakeEngine[];
let lab: Lab;
const engine = () => engines.at(-1)!;

/** The news that both arms did this step. */
const stepNews = (step: number) =>
	[0, 1].map((arm) => ({
		arm,
		records: [{ step, loss: 2, load: new Float32Array() }],
		probed: []
	}));

beforeEach(async () => {
	sessionStorage.clear();
	engines = [];
	lab = new Lab({
		startWorker: () => {
			const next = new FakeEngine(readily);
			engines.push(next);
			return next;
		},
		toyUrl: () => '/no-such-toys'
	});
	await lab.start();
});
afterEach(() => lab.close());

describe('a lab that proves', () => {
	test('hears all that is known so far, and how it ended', async () => {
		const heard: TrialOutcome[] = [];
		const proof = lab.prove(smallTrial(), (outcome) => heard.push(outcome));
		expect(lab.proving).toBe(true);
		const { ticket } = engine().last('trial');
		for (const step of [1, 2]) {
			engine().reply({ type: 'trialProgress', ticket, news: stepNews(step) });
		}
		engine().reply({ type: 'trialDone', ticket, why: 'done', note: '' });
		expect(await proof).toEqual({ outcome: heard[1], why: 'done', note: '' });
		expect(heard.map(stepsDone)).toEqual([1, 2]);
		expect(lab.proving).toBe(false);
	});

	test('keeps what was found when it is stopped', async () => {
		const proof = lab.prove(smallTrial());
		const { ticket } = engine().last('trial');
		engine().reply({ type: 'trialProgress', ticket, news: stepNews(1) });
		lab.stopProving();
		expect(engine().last('stop').what).toBe('trial');
		engine().reply({ type: 'trialDone', ticket, why: 'asked', note: '' });
		const { outcome, why } = await proof;
		expect([stepsDone(outcome), why]).toEqual([1, 'asked']);
	});

	test('says in one sentence that the engine died, and keeps what was found', async () => {
		const proof = lab.prove(smallTrial());
		const { ticket } = engine().last('trial');
		engine().reply({ type: 'trialProgress', ticket, news: stepNews(1) });
		engine().die('out of memory');
		const { outcome, why, note } = await proof;
		expect([stepsDone(outcome), why]).toEqual([1, 'lost']);
		expect(note).toBe('The engine stopped during the run: please run it again.');
		await vi.waitFor(() => expect(engines.length).toBe(2));
		expect(lab.proving).toBe(false);
	});

	test('says why a trial was refused, and that a newer one took its place', async () => {
		const first = lab.prove(smallTrial());
		const second = lab.prove({ ...smallTrial(), task: 'magic' } satisfies Trial);
		expect((await first).why).toBe('outdated');
		expect(lab.proving).toBe(true);
		const { ticket } = engine().last('trial');
		engine().reply({ type: 'failed', ticket, message: 'There is no task “magic” to learn.' });
		expect(await second).toMatchObject({
			why: 'refused',
			note: 'There is no task “magic” to learn.'
		});
	});
});
