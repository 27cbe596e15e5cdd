import { FileProblem } from '$lib/protocol/fileProblem';
import {
	NO_TICKET,
	outdates,
	unreachable,
	type Command,
	type Pass,
	type Reply,
	type Stoppable,
	type Ticket
} from '$lib/protocol/messages';
import { startBackend } from './backend';
import { evaluateRun } from './evaluation';
import { openRun, saveRun } from './files';
import { Keeper } from './keeper';
import { trace } from './pass';
import { lastWords, Refusal } from './refusal';
import {
	adjustRun,
	buildRun,
	disposeRun,
	hasLearned,
	openedOf,
	runOfCheckpoint,
	type Run
} from './run';
import type { Surroundings } from './surroundings';
import { beginTraining, trainTurn, type Training } from './training';
import { Trials } from './trials';
import { nextTurn } from './turn';
import { Writing } from './writing';

/** Milliseconds of training between two automatic checkpoints. */
const KEEP_EVERY = 4000;
/** Milliseconds between two passes that follow the training, and how often a pass may cost its time. */
const FOLLOW_EVERY = 250;
const FOLLOW_SHARE = 4;

type Of<T extends Command['type']> = Extract<Command, { type: T }>;

/**
 * Obeys the page: one command at a time, and between commands one step of training and one token of
 * writing. `stop` is heard at once.
 */
export class Session {
	readonly #post: (reply: Reply) => void;
	readonly #around: Surroundings;
	readonly #keeper: Keeper;
	readonly #trials: Trials;
	#waiting: Command[] = [];
	#working = false;
	#lost = false;
	#run: Run | null = null;
	#training: Training | null = null;
	#writing: Writing | null = null;
	/** The latest forward pass: what following repeats. */
	#pass: { ticket: Ticket; pass: Pass; at: number; ms: number } | null = null;
	#keptAt = 0;

	constructor(post: (reply: Reply) => void, surroundings: Surroundings) {
		this.#post = post;
		this.#around = surroundings;
		this.#trials = new Trials(post);
		this.#keeper = new Keeper({
			kept: (id, step) => post({ type: 'kept', ticket: NO_TICKET, id, step }),
			note: (note) => post({ type: 'note', ticket: NO_TICKET, note })
		});
	}

	/** Takes a command; it outdates a waiting one of the same kind. */
	obey(command: Command): void {
		const waits = (what: Command['type']) => this.#waiting.some(({ type }) => type === what);
		if (command.type === 'stop' && !waits(command.what)) return this.#stop(command.what);
		this.#waiting = this.#waiting.filter(({ type }) => !outdates(command.type, type));
		this.#waiting.push(command);
		if (!this.#working) void this.#work();
	}

	#stop(what: Stoppable): void {
		if (what === 'generate') this.#writing?.stop();
		else if (what === 'trial') this.#trials.stop();
		else if (this.#training) this.#training.stop = true;
	}

	async #work(): Promise<void> {
		this.#working = true;
		while (!this.#lost) {
			const command = this.#waiting.shift();
			if (command) await this.#answer(command);
			else if (this.#training || this.#writing || this.#trials.isRunning) await this.#carryOn();
			else break;
			await nextTurn();
		}
		this.#working = false;
	}

	async #answer(command: Command): Promise<void> {
		try {
			await this.#do(command);
		} catch (error) {
			this.#fail(command.ticket, error);
		}
	}

	/** A friendly sentence where the question was at fault, else the end of this engine. */
	#fail(ticket: Ticket, error: unknown): void {
		if (!(error instanceof Refusal || error instanceof FileProblem)) return this.#lose(error);
		this.#post({ type: 'failed', ticket, message: error.message });
	}

	async #do(command: Command): Promise<void> {
		switch (command.type) {
			case 'boot':
				return this.#boot(command);
			case 'build':
				return this.#take(command, () => buildRun(command));
			case 'open':
				return this.#take(command, () => openRun(command));
			case 'restore':
				return this.#take(command, () => this.#stored(command.id), command.id);
			case 'adjust':
				return this.#adjust(command);
			case 'forward':
				this.#pass = { ticket: command.ticket, pass: command.pass, at: 0, ms: 0 };
				return this.#trace();
			case 'generate':
				return this.#generate(command);
			case 'train':
				return this.#train(command);
			case 'trial':
				return this.#trials.begin(command);
			case 'stop':
				return this.#stop(command.what);
			case 'evaluate':
				return this.#evaluate(command);
			case 'save':
				this.#post({ type: 'saved', ticket: command.ticket, ...(await saveRun(this.#theRun())) });
				return;
			case 'keep':
				if (this.#run) await this.#keep(this.#run);
				return;
			default:
				unreachable(command);
		}
	}

	async #boot({ ticket, backend: wanted, tab: asked, allowWebgl }: Of<'boot'>): Promise<void> {
		const starters = this.#around.starters(wanted, () =>
			this.#lose(new Error('the graphics processor is gone'))
		);
		const [{ backend, note }, { tab, isLocked }] = await Promise.all([
			startBackend(wanted, allowWebgl, starters),
			this.#around.claim(asked)
		]);
		const storageNote = await this.#keeper.open(this.#around.openStorage, tab);
		const runs = await this.#keeper.offer(asked, this.#around.isHeld);
		const notes = [note, storageNote].filter((text) => text !== '').join(' ');
		this.#post({ type: 'booted', ticket, backend, tab, isLocked, runs, note: notes });
	}

	/** Makes another model the one at hand. If it cannot be made, the present one stays. */
	async #take(
		{ ticket }: Command,
		make: () => Run | Promise<Run>,
		id: string | null = null
	): Promise<void> {
		const next = await make();
		await this.#endTraining();
		this.#endWriting();
		this.#keeper.turn(this.#run !== null && hasLearned(this.#run), id);
		if (this.#run) disposeRun(this.#run);
		this.#run = next;
		this.#pass = null;
		this.#post({ type: 'opened', ticket, isFresh: true, ...openedOf(next) });
		await this.#keep(next);
	}

	async #stored(id: string): Promise<Run> {
		const checkpoint = await this.#keeper.read(id);
		if (!checkpoint) throw new Refusal('The stored run is no longer there.');
		return runOfCheckpoint(checkpoint);
	}

	async #adjust({ ticket, settings }: Of<'adjust'>): Promise<void> {
		const next = adjustRun(this.#theRun(), settings);
		this.#endWriting();
		this.#run = next;
		this.#post({ type: 'opened', ticket, isFresh: false, ...openedOf(next) });
		await this.#keep(next);
	}

	async #trace(): Promise<void> {
		const asked = this.#pass;
		if (!asked) return;
		const traced = await trace(this.#theRun(), asked.pass);
		asked.at = performance.now();
		asked.ms = traced.ms;
		this.#post({ type: 'trace', ticket: asked.ticket, ...traced });
	}

	async #train({ ticket, steps, follow }: Of<'train'>): Promise<void> {
		const next = beginTraining(this.#theRun(), ticket, steps, follow);
		await this.#endTraining();
		this.#training = next;
		this.#keptAt = performance.now();
	}

	#generate(command: Of<'generate'>): void {
		const next = new Writing(this.#theRun(), command);
		this.#endWriting();
		this.#writing = next;
	}

	async #evaluate({ ticket, sequences, interventions }: Of<'evaluate'>): Promise<void> {
		const evaluation = await evaluateRun(this.#theRun(), sequences, interventions);
		this.#post({ type: 'evaluated', ticket, evaluation });
	}

	/** One step of a trial or else of training, and one token of writing, whichever is under way. */
	async #carryOn(): Promise<void> {
		try {
			if (this.#trials.isRunning) await this.#trials.turn();
			else if (this.#training) await this.#trainOn(this.#theRun(), this.#training);
		} catch (error) {
			this.#lose(error);
		}
		const writing = this.#writing;
		try {
			if (writing && !this.#lost) await this.#writeOn(writing);
		} catch (error) {
			this.#endWriting();
			this.#fail(writing?.ticket ?? NO_TICKET, error);
		}
	}

	async #trainOn(run: Run, training: Training): Promise<void> {
		const { ticket } = training;
		const { records, ended } = await trainTurn(run, training);
		if (records.length > 0) {
			const { rate: stepsPerSecond, cost } = training;
			this.#post({ type: 'progress', ticket, records, stepsPerSecond, cost });
		}
		if (training.follow && (ended || this.#isPassDue())) await this.#trace();
		if (ended) {
			this.#training = null;
			this.#post({ type: 'stopped', ticket, step: run.header.step, ...ended });
			await this.#keep(run);
		} else if (performance.now() - this.#keptAt >= KEEP_EVERY) {
			this.#keptAt = performance.now();
			await this.#keeper.keepSometime(run);
		}
	}

	#isPassDue(): boolean {
		if (!this.#pass) return false;
		const { at, ms } = this.#pass;
		return performance.now() - at >= Math.max(FOLLOW_EVERY, FOLLOW_SHARE * ms);
	}

	async #writeOn(writing: Writing): Promise<void> {
		const { ticket } = writing;
		const news = await writing.turn();
		if (news) this.#post({ type: 'token', ticket, ...news });
		if (!writing.isOver) return;
		this.#endWriting();
		this.#post({ type: 'generated', ticket, tokens: Int32Array.from(writing.written) });
	}

	/** Ends a training in good order, for a new model or a new training. */
	async #endTraining(): Promise<void> {
		if (!this.#training) return;
		this.#training.stop = true;
		await this.#trainOn(this.#theRun(), this.#training);
	}

	#endWriting(): void {
		this.#writing?.dispose();
		this.#writing = null;
	}

	async #keep(run: Run): Promise<void> {
		this.#keptAt = performance.now();
		await this.#keeper.keep(run);
	}

	/** The engine cannot go on; the page starts another. */
	#lose(error: unknown): void {
		if (this.#lost) return;
		this.#lost = true;
		this.#post(lastWords(error));
	}

	#theRun(): Run {
		if (!this.#run) throw new Refusal('There is no model yet: open or build one first.');
		return this.#run;
	}
}
