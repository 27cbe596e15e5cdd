import { describe, expect, test, vi } from 'vitest';
import { Wire, type Question } from '$lib/lab/wire';
import type { Reply } from '$lib/protocol/messages';
import { FakeEngine, opened, ticketOf } from './fakeEngine';

const forward: Question = {
	type: 'forward',
	pass: { tokens: Int32Array.of(1), points: [], interventions: [], chunk: null }
};
const trace = (ticket: number): Reply => ({
	...{ type: 'trace', ticket: ticketOf(ticket), ms: 1, operations: 1 },
	trace: { step: 0, tokens: Int32Array.of(1), recordings: [] }
});

function wired() {
	const engine = new FakeEngine();
	const heard: Reply[] = [];
	const ondeath = vi.fn();
	return { engine, heard, ondeath, wire: new Wire(engine, (reply) => heard.push(reply), ondeath) };
}

describe('a wire', () => {
	test('gives each question a ticket of its own, and the answer to its question', async () => {
		const { engine, wire } = wired();
		const answers = [wire.ask(forward), wire.ask({ type: 'save' })];
		expect(engine.asked.map(({ ticket }) => ticket)).toEqual([1, 2]);
		engine.reply(trace(1));
		expect((await answers[0])?.type).toBe('trace');
	});

	test('drops the answer to a question that a newer one of its kind outdates', async () => {
		const { engine, heard, wire } = wired();
		const old = wire.ask(forward);
		void wire.ask(forward);
		expect(await old).toBeNull();
		engine.reply(trace(1));
		expect(heard).toEqual([]);
		engine.reply(trace(2));
		expect(heard.length).toBe(1);
	});

	test('drops what is asked about a model when another one takes its place', async () => {
		const { wire } = wired();
		const passes = [
			wire.ask(forward),
			wire.ask({ type: 'evaluate', sequences: 16, interventions: [] })
		];
		const saved = wire.ask({ type: 'save' });
		void wire.ask({ type: 'restore', id: 'a/1' });
		expect(await Promise.all(passes)).toEqual([null, null]);
		expect(await Promise.race([saved, Promise.resolve('open')])).toBe('open');
	});

	test('keeps what is asked about a model when only its settings change', async () => {
		const { engine, wire } = wired();
		const pass = wire.ask(forward);
		void wire.ask({ type: 'adjust', settings: opened().header.settings });
		engine.reply(trace(1));
		expect((await pass)?.type).toBe('trace');
	});

	test('goes on hearing an answered pass, so that training can repeat it', () => {
		const { engine, heard, wire } = wired();
		void wire.ask(forward);
		engine.reply(trace(1));
		engine.reply(trace(1));
		expect(heard.length).toBe(2);
	});

	test('waits through progress until training has ended', async () => {
		const { engine, heard, wire } = wired();
		const trained = wire.ask({ type: 'train', steps: 2, follow: false });
		const ticket = ticketOf(1);
		engine.reply({
			type: 'progress',
			ticket,
			records: [],
			stepsPerSecond: 1,
			cost: { operations: 1, ms: 1 }
		});
		engine.reply({ type: 'stopped', ticket, step: 2, why: 'done', note: '' });
		expect((await trained)?.type).toBe('stopped');
		expect(heard.map(({ type }) => type)).toEqual(['progress', 'stopped']);
	});

	test('tells of the death of its worker, and of messages that cannot be read', () => {
		const { engine, ondeath } = wired();
		engine.die('out of memory');
		expect(ondeath).toHaveBeenLastCalledWith('out of memory');
		engine.onmessageerror?.({} as MessageEvent);
		expect(ondeath).toHaveBeenLastCalledWith('a message could not be read');
	});

	test('answers nothing any more once it is closed', async () => {
		const { engine, heard, wire } = wired();
		const open = wire.ask(forward);
		wire.close();
		expect(await open).toBeNull();
		expect(await wire.ask(forward)).toBeNull();
		engine.reply(trace(1));
		expect(heard).toEqual([]);
		expect(engine.isTerminated).toBe(true);
	});
});
