import type { EngineWorker } from '$lib/lab/wire';
import { emptyHistory } from '$lib/protocol/history';
import type { Command, Opened, Reply, Ticket } from '$lib/protocol/messages';
import { INITIAL_SETTINGS, modelConfig, trainConfig } from '$lib/protocol/settings';

/** A worker that remembers what it is asked and answers what the test says. */
export class FakeEngine implements EngineWorker {
	readonly asked: Command[] = [];
	isTerminated = false;
	onmessage: ((event: MessageEvent<Reply>) => void) | null = null;
	onerror: ((event: ErrorEvent) => void) | null = null;
	onmessageerror: ((event: MessageEvent) => void) | null = null;
	/** Answers at once, where the test has said how. */
	readonly #answers: (command: Command) => Reply | null;

	constructor(answers: (command: Command) => Reply | null = () => null) {
		this.#answers = answers;
	}

	postMessage(message: unknown): void {
		const command = message as Command;
		this.asked.push(command);
		const reply = this.#answers(command);
		if (reply) queueMicrotask(() => this.reply(reply));
	}

	terminate(): void {
		this.isTerminated = true;
	}

	reply(reply: Reply): void {
		this.onmessage?.({ data: reply } as MessageEvent<Reply>);
	}

	die(words: string): void {
		this.onerror?.({ message: words } as ErrorEvent);
	}

	/** The latest question of a type. */
	last<T extends Command['type']>(type: T): Extract<Command, { type: T }> {
		const found = this.asked.findLast((command) => command.type === type);
		if (!found) throw new Error(`${type} was never asked`);
		return found as Extract<Command, { type: T }>;
	}

	count(type: Command['type']): number {
		return this.asked.filter((command) => command.type === type).length;
	}
}

/** What an engine says of a model of the default settings. */
export function opened(step = 0): Opened {
	const settings = INITIAL_SETTINGS;
	return {
		header: {
			...{ name: 'new model', settings, seed: 1, step, history: emptyHistory() },
			config: modelConfig(settings, 128),
			train: trainConfig(settings),
			source: { task: 'tales', text: null }
		},
		parameterCount: 1000,
		merges: null,
		floor: 1.5
	};
}

/** Boots and opens at once; everything else is left to the test. */
export function readily(command: Command): Reply | null {
	const { ticket } = command;
	switch (command.type) {
		case 'boot':
			return {
				...{ type: 'booted', ticket, tab: command.tab, isLocked: false },
				...{ runs: [], note: '', backend: WASM }
			};
		case 'build':
		case 'open':
		case 'restore':
			return { type: 'opened', ticket, isFresh: true, ...opened() };
		case 'adjust':
			return { type: 'opened', ticket, isFresh: false, ...opened() };
		default:
			return null;
	}
}

const WASM = { name: 'wasm', reason: 'It computes.', threads: 1, readyMs: 1 } as const;

export const ticketOf = (n: number): Ticket => n as Ticket;
