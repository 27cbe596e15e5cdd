/** A session with a fake page and fake surroundings, for tests in Node. */
import { activate, type Starters } from '$lib/engine/backend';
import { Session } from '$lib/engine/session';
import { idOf, type Storage } from '$lib/engine/storage';
import type { Checkpoint } from '$lib/protocol/checkpoint';
import { postReply, type BackendName, type Reply, type Ticket } from '$lib/protocol/messages';
import { INITIAL_SETTINGS, type Settings } from '$lib/protocol/settings';
import type { Question } from '$lib/lab/wire';
import '../tensors';

/** Settings of a model that trains a step in a few milliseconds. */
export const SMALL: Settings = {
	...INITIAL_SETTINGS,
	layers: 2,
	width: 8,
	heads: 2,
	kvHeads: 1,
	headWidth: 4,
	feedForward: 8,
	denseFeedForward: 8,
	experts: 4,
	nopeEvery: 2,
	chunk: 4,
	length: 12,
	batch: 4
};

export const TALES = { task: 'tales', text: null };

/** Storage in memory: what is written is copied, as a browser does. */
export function memoryStorage(): Storage & { runs: Map<string, Checkpoint> } {
	const runs = new Map<string, Checkpoint>();
	return {
		runs,
		write: (place, checkpoint) => {
			runs.set(idOf(place), structuredClone(checkpoint));
			return Promise.resolve(idOf(place));
		},
		read: (id) => Promise.resolve(structuredClone(runs.get(id)) ?? null),
		list: () =>
			Promise.resolve(
				[...runs].map(([id, { version, savedAt, header }]) => {
					const [tab = '', page] = id.split('/');
					return { id, tab, page: Number(page), version, savedAt, header };
				})
			)
	};
}

/** A page that asks a session and remembers every reply, in order. */
export class FakePage {
	readonly replies: Reply[] = [];
	readonly #session: Session;
	readonly #hearing: (() => void)[] = [];
	#tickets = 0;

	/** @param storage null for a browser that keeps nothing */
	constructor(storage: Storage | null = memoryStorage()) {
		// Posts through the real function: arrays are taken away as they are from a worker.
		const port = {
			postMessage: (message: unknown, moved: Transferable[] = []) => {
				this.replies.push(structuredClone(message, { transfer: moved }) as Reply);
				for (const hear of this.#hearing.splice(0)) hear();
			}
		};
		this.#session = new Session((reply) => postReply(port, reply), {
			starters: nodeStarters,
			openStorage: () =>
				storage ? Promise.resolve(storage) : Promise.reject(new Error('no storage')),
			claim: (tab) => Promise.resolve({ tab, isLocked: false }),
			isHeld: () => Promise.resolve(false)
		});
	}

	/** Sends a command without waiting. */
	send(question: Question): Ticket {
		const ticket = ++this.#tickets as Ticket;
		this.#session.obey(structuredClone({ ...question, ticket }));
		return ticket;
	}

	/** Sends a command and waits for its first reply of a type (or its failure). */
	async ask<T extends Reply['type']>(
		question: Question,
		type: T
	): Promise<Extract<Reply, { type: T }>> {
		const ticket = this.send(question);
		const reply = await this.next(
			(one) => one.ticket === ticket && (one.type === type || one.type === 'failed')
		);
		if (reply.type !== type) throw new Error(`asked for ${type}, got ${JSON.stringify(reply)}`);
		return reply as Extract<Reply, { type: T }>;
	}

	/** Sends a command and waits for the sentence with which it is refused. */
	async refusal(question: Question): Promise<string> {
		return (await this.ask(question, 'failed')).message;
	}

	/** Waits for a reply, among those that have come and those to come. */
	async next(isWanted: (reply: Reply) => boolean): Promise<Reply> {
		for (let seen = 0; ;) {
			while (seen < this.replies.length) {
				const reply = this.replies[seen++]!;
				if (isWanted(reply)) return reply;
				if (reply.type === 'lost') throw new Error(`the engine is lost: ${reply.message}`);
			}
			await new Promise<void>((heard) => this.#hearing.push(heard));
		}
	}

	async boot(backend: BackendName): Promise<void> {
		await this.ask({ type: 'boot', backend, tab: 'tab', allowWebgl: true }, 'booted');
	}

	/** Starts with a fresh small model. */
	static async with(backend: BackendName, changes: Partial<Settings> = {}): Promise<FakePage> {
		const page = new FakePage();
		await page.boot(backend);
		await page.ask(build(changes), 'opened');
		return page;
	}
}

export function build(changes: Partial<Settings> = {}): Question {
	const settings = { ...SMALL, ...changes };
	return { type: 'build', settings, source: TALES, name: 'new model', config: null };
}

function nodeStarters(): Starters {
	const start = (name: BackendName) => async () => {
		await activate(name);
		return { reason: 'the test asks for it', threads: 1 };
	};
	return {
		webgl: () => Promise.reject(new Error('not in Node')),
		wasm: start('wasm'),
		cpu: start('cpu')
	};
}
