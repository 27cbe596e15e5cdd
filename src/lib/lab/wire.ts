import {
	NO_TICKET,
	outdates,
	postCommand,
	type Command,
	type CommandType,
	type Reply,
	type Ticket
} from '$lib/protocol/messages';

/** A worker as the page sees it; a fake in tests. */
export interface EngineWorker {
	postMessage(message: unknown, moved?: Transferable[]): void;
	terminate(): void;
	onmessage: ((event: MessageEvent<Reply>) => void) | null;
	onerror: ((event: ErrorEvent) => void) | null;
	onmessageerror: ((event: MessageEvent) => void) | null;
}

/** A command before it has its ticket. */
export type Question = Command extends infer C
	? C extends Command
		? Omit<C, 'ticket'>
		: never
	: never;

/** Replies after which more of the same question may follow. */
const PARTIAL: ReadonlySet<Reply['type']> = new Set(['token', 'progress', 'trialProgress']);

interface Asked {
	type: CommandType;
	ticket: Ticket;
	settle: (answer: Reply | null) => void;
}

/**
 * The page's end of the wire to one worker: hands out tickets, keeps the latest question of each
 * kind and drops answers to older ones.
 */
export class Wire {
	readonly #worker: EngineWorker;
	readonly #onreply: (reply: Reply) => void;
	#asked: Asked[] = [];
	#tickets = 0;
	#open = true;

	/**
	 * @param onreply hears every reply that is still wanted, before the question is settled
	 * @param ondeath hears once that the worker failed, with the browser's words
	 */
	constructor(
		worker: EngineWorker,
		onreply: (reply: Reply) => void,
		ondeath: (words: string) => void
	) {
		this.#worker = worker;
		this.#onreply = onreply;
		worker.onmessage = (event) => this.#receive(event.data);
		worker.onerror = (event) => ondeath(event.message);
		worker.onmessageerror = () => ondeath('a message could not be read');
	}

	/**
	 * Asks, and outdates the earlier question of the same kind.
	 *
	 * @returns the final answer, or null once a newer question or the end of the worker outdates it
	 */
	ask(question: Question): Promise<Reply | null> {
		if (!this.#open) return Promise.resolve(null);
		const ticket = ++this.#tickets as Ticket;
		const isOutdated = ({ type }: Asked) => outdates(question.type, type);
		for (const old of this.#asked.filter(isOutdated)) old.settle(null);
		this.#asked = this.#asked.filter((old) => !isOutdated(old));
		return new Promise((settle) => {
			this.#asked.push({ type: question.type, ticket, settle });
			postCommand(this.#worker, { ...question, ticket });
		});
	}

	/** Ends the worker; open questions get null. */
	close(): void {
		this.#open = false;
		this.#worker.terminate();
		for (const { settle } of this.#asked.splice(0)) settle(null);
	}

	#receive(reply: Reply): void {
		if (!this.#open) return;
		const asked = this.#asked.find(({ ticket }) => ticket === reply.ticket);
		if (!asked && reply.ticket !== NO_TICKET) return;
		this.#onreply(reply);
		if (!PARTIAL.has(reply.type)) asked?.settle(reply);
	}
}
