import type { Reply } from '$lib/protocol/messages';
import { watchForDeath } from './death';
import { readTab, writeTab } from './tab';
import { Wire, type EngineWorker, type Question } from './wire';

type Booted = Extract<Reply, { type: 'booted' }>;

/** What a lifeline needs and whom it tells. */
export interface LifelineOptions {
	startWorker: () => EngineWorker;
	/** What the visitor asked for (`?backend=`), or null. */
	backend: string | null;
	onreply: (reply: Reply) => void;
	/** The engine has died; another one starts. */
	ondeath: () => void;
	/**
	 * Another engine is ready, with the last stored run open if there was one.
	 *
	 * @param tooLarge a sentence where the old one found no memory for what it was asked, else empty
	 */
	onrevival: (isResumed: boolean, tooLarge: string) => void;
	/** There is no engine and there will be none. */
	onfailure: (sentence: string) => void;
}

/** Deaths within `WINDOW` milliseconds after which no further engine is started. */
const MOST_DEATHS = 3;
const WINDOW = 60_000;
/** Milliseconds that a closing page waits for its run to be stored. */
const FAREWELL = 300;

/**
 * Keeps an engine alive: starts it, hears of its death, starts another and opens the last stored run
 * there. After two losses of the graphics processor it does without.
 */
export class Lifeline {
	readonly #options: LifelineOptions;
	#wire: Wire | null = null;
	#isBooted = false;
	#isClosed = false;
	#tab = readTab();
	/** Id under which the run at hand was last stored. */
	#kept: string | null = null;
	#unwatch = () => {};
	#deaths: number[] = [];
	#lastWords = '';
	#tooLarge = '';
	#backend: Booted['backend']['name'] | null = null;
	#losses = 0;

	constructor(options: LifelineOptions) {
		this.#options = options;
	}

	/** @returns whether there is an engine now */
	async start(): Promise<boolean> {
		return this.#revive();
	}

	/** Asks the engine; null where there is none, or the answer is no longer wanted. */
	ask(question: Question): Promise<Reply | null> {
		if (!this.#wire || !this.#isBooted) return Promise.resolve(null);
		return this.#wire.ask(question);
	}

	/** Ends the engine, once its run is stored or a moment has passed. */
	close(): void {
		this.#isClosed = true;
		const wire = this.#wire;
		void wire?.ask({ type: 'keep' });
		setTimeout(() => {
			this.#unwatch();
			wire?.close();
		}, FAREWELL);
	}

	/** Starts engines until one is ready or too many have died. */
	async #revive(): Promise<boolean> {
		while (!this.#isClosed) {
			const answer = await this.#boot();
			if (answer?.type === 'booted') {
				this.#welcome(answer);
				return true;
			}
			const sentence = answer?.type === 'failed' ? answer.message : this.#despair();
			if (sentence !== null) {
				this.#options.onfailure(sentence);
				return false;
			}
		}
		return false;
	}

	/** Starts one engine; null if it dies before it is ready. */
	async #boot(): Promise<Reply | null> {
		let worker: EngineWorker;
		try {
			worker = this.#options.startWorker();
		} catch {
			const message = 'This browser runs no background threads, so nothing can be computed here.';
			return { type: 'failed', ticket: 0 as Reply['ticket'], message };
		}
		const wire = new Wire(
			worker,
			(reply) => this.#receive(reply),
			(words) => this.#die(wire, words)
		);
		this.#wire = wire;
		const allowWebgl = this.#losses < 2;
		const wish = this.#options.backend;
		const backend = wish === 'webgl' && !allowWebgl ? null : wish;
		return wire.ask({ type: 'boot', backend, tab: this.#tab, allowWebgl });
	}

	#welcome({ tab, isLocked, backend }: Booted): void {
		this.#isBooted = true;
		this.#backend = backend.name;
		this.#tab = tab;
		writeTab(tab);
		const wire = this.#wire;
		if (isLocked)
			this.#unwatch = watchForDeath(tab, () => this.#die(wire, 'it ended without a word'));
	}

	/** One sentence once too many engines have died in a short time, else null. */
	#despair(): string | null {
		const since = performance.now() - WINDOW;
		this.#deaths = this.#deaths.filter((time) => time >= since);
		if (this.#deaths.length < MOST_DEATHS) return null;
		const words = this.#lastWords === '' ? '' : ` (${this.#lastWords.slice(0, 200)})`;
		return `The engine stopped ${MOST_DEATHS} times in a row and is not started again${words}.`;
	}

	#die(wire: Wire | null, words: string, tooLarge = ''): void {
		if (this.#isClosed || wire === null || wire !== this.#wire) return;
		const wasBooted = this.#isBooted;
		this.#isBooted = false;
		this.#wire = null;
		this.#unwatch();
		this.#deaths.push(performance.now());
		this.#lastWords = words;
		this.#tooLarge = tooLarge;
		if (this.#backend === 'webgl') this.#losses++;
		this.#backend = null;
		wire.close();
		if (wasBooted) void this.#restart();
	}

	async #restart(): Promise<void> {
		this.#options.ondeath();
		const sentence = this.#despair();
		if (sentence !== null) return this.#options.onfailure(sentence);
		if (!(await this.#revive())) return;
		const answer = this.#kept && (await this.ask({ type: 'restore', id: this.#kept }));
		this.#options.onrevival(answer ? answer.type === 'opened' : false, this.#tooLarge);
	}

	#receive(reply: Reply): void {
		if (reply.type === 'lost') {
			return this.#die(this.#wire, reply.message, reply.isTooLarge ? reply.message : '');
		}
		if (reply.type === 'kept') this.#kept = reply.id;
		this.#options.onreply(reply);
	}
}
