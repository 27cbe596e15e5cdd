import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import type { Reply, Ticket } from '$lib/protocol/messages';
import { emptyOutcome, extendOutcome, type Trial, type TrialOutcome } from '$lib/protocol/trial';
import { runTrial } from '$lib/train/trial';
import { smallTrial } from '../train/trials';
import { NODE_BACKENDS } from '../tensors';
import { FakePage } from './session';

type Of<T extends Reply['type']> = Extract<Reply, { type: T }>;

/** What the replies with this ticket say of a trial. */
function outcomeOf(page: FakePage, trial: Trial, ticket: Ticket): TrialOutcome {
	return page.replies
		.filter((reply): reply is Of<'trialProgress'> => reply.type === 'trialProgress')
		.filter((reply) => reply.ticket === ticket)
		.reduce((outcome, { news }) => extendOutcome(outcome, news), emptyOutcome(trial));
}

describe.each(NODE_BACKENDS)('a trial in the engine on %s', (backend) => {
	test('finds the same numbers as in Node, and leaves the model as it was', async () => {
		const page = await FakePage.with(backend);
		const before = await page.ask({ type: 'save' }, 'saved');
		const { numTensors } = tf.memory();
		const trial = smallTrial();
		const { ticket, why } = await page.ask({ type: 'trial', trial }, 'trialDone');
		expect(why).toBe('done');
		expect(tf.memory().numTensors).toBe(numTensors);
		expect(outcomeOf(page, trial, ticket)).toEqual(await runTrial(trial));
		const after = await page.ask({ type: 'save' }, 'saved');
		expect(new Uint8Array(after.weights)).toEqual(new Uint8Array(before.weights));
	});
});

const long = (): Trial => ({ ...smallTrial(), steps: 100_000, every: 0 });
const isOn = ({ type }: Reply) => type === 'trialProgress';

describe('a trial under way', () => {
	test('stops when asked, and frees its tensors', async () => {
		const page = await FakePage.with('cpu');
		const { numTensors } = tf.memory();
		const ticket = page.send({ type: 'trial', trial: long() });
		await page.next(isOn);
		page.send({ type: 'stop', what: 'trial' });
		const done = await page.next(({ type }) => type === 'trialDone');
		expect(done).toMatchObject({ ticket, why: 'asked' });
		expect(tf.memory().numTensors).toBe(numTensors);
	});

	test('stops also where it has not begun', async () => {
		const page = await FakePage.with('cpu');
		page.send({ type: 'evaluate', sequences: 16, interventions: [] });
		page.send({ type: 'trial', trial: long() });
		page.send({ type: 'stop', what: 'trial' });
		await page.next((reply) => reply.type === 'trialDone' && reply.why === 'asked');
	});

	test('lets passes be answered, and makes training wait', async () => {
		const page = await FakePage.with('cpu');
		page.send({ type: 'train', steps: null, follow: false });
		await page.next(({ type }) => type === 'progress');
		page.send({ type: 'trial', trial: long() });
		await page.next(isOn);
		const trained = () => page.replies.filter(({ type }) => type === 'progress').length;
		const count = trained();
		const tokens = Int32Array.of(1, 2);
		const pass = { tokens, points: ['logits' as const], interventions: [], chunk: null };
		await page.ask({ type: 'forward', pass }, 'trace');
		expect(trained()).toBe(count);
		page.send({ type: 'stop', what: 'trial' });
		await page.next(({ type }) => type === 'trialDone');
		await page.next(() => trained() > count);
		page.send({ type: 'stop', what: 'train' });
		await page.next(({ type }) => type === 'stopped');
	});

	test('ends where a newer one begins', async () => {
		const page = await FakePage.with('cpu');
		const ticket = page.send({ type: 'trial', trial: long() });
		await page.next(isOn);
		await page.ask({ type: 'trial', trial: smallTrial() }, 'trialDone');
		const first = page.replies.find((r) => r.type === 'trialDone' && r.ticket === ticket);
		expect(first).toMatchObject({ why: 'asked' });
	});

	test('goes on where a newer one is refused', async () => {
		const page = await FakePage.with('cpu');
		page.send({ type: 'trial', trial: long() });
		await page.next(isOn);
		const refused = await page.refusal({
			type: 'trial',
			trial: { ...smallTrial(), task: 'magic' }
		});
		expect(refused).toBe('There is no task “magic” to learn.');
		const count = page.replies.length;
		await page.next((reply) => isOn(reply) && page.replies.length > count);
		page.send({ type: 'stop', what: 'trial' });
		await page.next(({ type }) => type === 'trialDone');
	});

	test('is refused in one sentence where it cannot be run', async () => {
		const page = await FakePage.with('cpu');
		const trial = smallTrial();
		const [arm] = trial.arms;
		const refuse = (changes: Partial<typeof trial>) =>
			page.refusal({ type: 'trial', trial: { ...trial, ...changes } });
		expect(await refuse({ arms: [] })).toMatch(/at least one arm/);
		expect(await refuse({ steps: 0.5 })).toMatch(/whole number of steps/);
		const config = { ...arm!.config, kvHeads: 3 };
		expect(await refuse({ arms: [{ ...arm!, config }] })).toMatch(/^walls: .*evenly/);
		const few = { ...arm!.config, vocabulary: 4 };
		expect(await refuse({ arms: [{ ...arm!, config: few }] })).toMatch(/knows 4 tokens/);
	});
});
