import type { Source } from '$lib/protocol/checkpoint';
import type { Evaluation, Reply } from '$lib/protocol/messages';
import {
	checkSettings,
	INITIAL_SETTINGS,
	SETTING_NAMES,
	SETTINGS,
	type Settings
} from '$lib/protocol/settings';
import { LabProofs } from './labProofs.svelte';
import type { Trace } from '$lib/protocol/trace';
import { Lifeline } from './lifeline';
import { fetchToy, NoModel, readModelFiles } from './modelFiles';
import { ALL_POINTS, type GenerateOptions, type LabOptions, type PassOptions } from './options';
import type { Question } from './wire';

/** Name of a model that came from no file. */
const NEW_MODEL = 'new model';

/**
 * The page's end of the engine: asks, and holds the latest answer. No method throws or rejects:
 * what goes wrong is one sentence in `notice`, and the model at hand stays.
 *
 *     const lab = new Lab({ startWorker, toyUrl });
 *     await lab.start();
 *     if (!lab.stored?.own || !(await lab.resume())) await lab.openToy('scout-toy');
 *     await lab.forward(task.encode('the llama').tokens);
 */
export class Lab extends LabProofs {
	readonly #options: LabOptions;
	readonly #engine: Lifeline;
	/** Opens the model at hand again, where nothing of it was stored. */
	#reopen: (() => Promise<boolean>) | null = null;
	/** What was under way when the engine died. */
	#interrupted: { lastPass: Question | null; trace: Trace | null; isTraining: boolean } | null =
		null;
	/** Tells the latest writing from earlier ones. */
	#writing = {};
	readonly #keep = () => void this.#engine.ask({ type: 'keep' });

	constructor(options: LabOptions) {
		super();
		this.#options = options;
		this.#engine = new Lifeline({
			startWorker: options.startWorker,
			backend: options.backend ?? null,
			onreply: (reply) => this.receive(reply),
			ondeath: () => this.#interrupt(),
			onrevival: (isResumed, tooLarge) => void this.#carryOn(isResumed, tooLarge),
			onfailure: (sentence) => this.#fail(sentence)
		});
		this.show('idle');
	}

	/** Starts the engine. After it, open something: `resume`, `openToy`, `openFiles` or `build`. */
	async start(): Promise<boolean> {
		this.show('loading');
		addEventListener('pagehide', this.#keep);
		document.addEventListener('visibilitychange', this.#keep);
		return this.#engine.start();
	}

	/** Opens a stored run, to go on as if it had never stopped. */
	resume(id: string | null = this.stored?.id ?? null): Promise<boolean> {
		if (id === null) return Promise.resolve(false);
		return this.#openBy({ type: 'restore', id });
	}

	/** Opens one of our trained toys. */
	openToy(toy: string): Promise<boolean> {
		return this.#openFrom(async () => {
			const { card, ...files } = await fetchToy(toy, this.#options.toyUrl);
			const { task, steps: step, seed } = card;
			const source = { task, text: null };
			return { type: 'open', ...files, settings: INITIAL_SETTINGS, source, step, seed };
		});
	}

	/** Opens the visitor's files: one `.safetensors` and its `config.json`, in any order. */
	openFiles(files: readonly File[]): Promise<boolean> {
		return this.#openFrom(async () => {
			const { settings, source } = this.#present();
			const { seed } = settings;
			return {
				type: 'open',
				...(await readModelFiles(files)),
				...{ settings, source, step: 0, seed }
			};
		});
	}

	/** Draws a fresh model from settings, for a task. */
	build(settings: Settings, source: Source): Promise<boolean> {
		const problem = checkSettings(settings);
		if (problem !== null) return this.#refuse(problem);
		return this.#openBy({ type: 'build', settings, source, name: NEW_MODEL, config: null });
	}

	/** Takes other settings: keeps the weights where they still fit, else draws a fresh model. */
	rebuild(settings: Settings): Promise<boolean> {
		const { settings: present, source } = this.#present();
		const changed = SETTING_NAMES.filter((name) => settings[name] !== present[name]);
		if (changed.length === 0) return Promise.resolve(true);
		const isFresh = changed.some((name) => SETTINGS[name].rebuilds === 'weights');
		if (isFresh || !this.model) return this.build(settings, source);
		const problem = checkSettings(settings);
		if (problem !== null) return this.#refuse(problem);
		return this.#adjust(settings);
	}

	/** A fresh model with the present settings for another task, or for the visitor's own text. */
	changeSource(source: Source): Promise<boolean> {
		return this.build(this.#present().settings, source);
	}

	/** One pass over tokens; the answer is `trace`. A newer question outdates the older. */
	async forward(tokens: ArrayLike<number>, options: PassOptions = {}): Promise<boolean> {
		const { interventions = [], chunk = null, points = ALL_POINTS, gradients = [] } = options;
		const pass = { tokens: Int32Array.from(tokens), points, gradients, interventions, chunk };
		return this.#pass({ type: 'forward', pass });
	}

	/** Trains until paused; the latest forward pass follows a few times a second. */
	train(): Promise<boolean> {
		return this.#train(null);
	}

	/** Ends training after the present step. */
	pause(): void {
		void this.#engine.ask({ type: 'stop', what: 'train' });
	}

	/** One training step. */
	stepOnce(): Promise<boolean> {
		return this.#train(1);
	}

	/** Back to step 0: the same model, the same seed, the same task. */
	reset(): Promise<boolean> {
		return this.#redraw(0);
	}

	/** A fresh model of the same kind from the next seed. */
	newSeed(): Promise<boolean> {
		return this.#redraw(1);
	}

	/** Writes on after the tokens; null if it could not or was outdated. */
	async generate(
		tokens: ArrayLike<number>,
		options: GenerateOptions = {}
	): Promise<Int32Array | null> {
		const { count = 32, sampling = { temperature: 0 }, seed = 1, ontoken } = options;
		this.ontoken = ontoken;
		const mine = (this.#writing = {});
		this.generating = true;
		const question = { tokens: Int32Array.from(tokens), count, sampling, seed };
		const answer = await this.#engine.ask({ type: 'generate', ...question });
		if (mine === this.#writing) this.generating = false;
		return answer?.type === 'generated' ? answer.tokens : null;
	}

	/** Ends `generate` after the present token. */
	stopGenerating(): void {
		void this.#engine.ask({ type: 'stop', what: 'generate' });
	}

	/** How well the model does on sequences that training never draws, with some parts changed. */
	async evaluate(sequences = 64, changed: PassOptions = {}): Promise<Evaluation | null> {
		const { interventions = [] } = changed;
		const answer = await this.#engine.ask({ type: 'evaluate', sequences, interventions });
		return answer?.type === 'evaluated' ? answer.evaluation : null;
	}

	/** The model as files, in Hugging Face's names: `config.json` and `model.safetensors`. */
	async save(): Promise<File[]> {
		const answer = await this.#engine.ask({ type: 'save' });
		if (answer?.type !== 'saved') return [];
		return [
			new File([answer.config], 'config.json', { type: 'application/json' }),
			new File([answer.weights], 'model.safetensors', { type: 'application/octet-stream' })
		];
	}

	protected readonly ask = (one: Question): Promise<Reply | null> => this.#engine.ask(one);

	/** Takes the notice away. */
	dismiss(): void {
		this.notice = '';
	}

	/** Ends the engine: the page goes away. */
	close(): void {
		removeEventListener('pagehide', this.#keep);
		document.removeEventListener('visibilitychange', this.#keep);
		this.#engine.close();
		this.show('idle');
	}

	/** Settings and source of the model at hand, or those to begin with. */
	#present(): { settings: Settings; source: Source } {
		return this.model ?? { settings: INITIAL_SETTINGS, source: { task: 'tales', text: null } };
	}

	/** Asks for a fresh model; the earlier pass, training and writing are about another one. */
	async #openBy(question: Question): Promise<boolean> {
		return this.#openFrom(() => Promise.resolve(question));
	}

	async #openFrom(prepare: () => Promise<Question>): Promise<boolean> {
		const ask = async () => {
			const answer = await this.#engine.ask(await prepare());
			return answer?.type === 'opened';
		};
		this.opening++;
		this.showState();
		try {
			const isOpen = await ask();
			if (isOpen) this.#reopen = ask;
			return isOpen;
		} catch (error) {
			if (!(error instanceof NoModel)) throw error;
			return this.#refuse(error.message);
		} finally {
			this.opening--;
			this.hasTried = true;
			this.showState();
		}
	}

	/** Other numbers for the same weights; training goes on. */
	async #adjust(settings: Settings): Promise<boolean> {
		const answer = await this.#engine.ask({ type: 'adjust', settings });
		return answer?.type === 'opened';
	}

	async #train(steps: number | null): Promise<boolean> {
		if (!this.model) return false;
		this.isTraining = true;
		this.showState();
		const answer = await this.#engine.ask({ type: 'train', steps, follow: true });
		if (answer?.type === 'stopped') return answer.why !== 'notFinite';
		if (answer) {
			this.isTraining = false;
			this.showState();
		}
		return false;
	}

	async #pass(question: Question): Promise<boolean> {
		this.lastPass = question;
		this.waiting = true;
		const answer = await this.#engine.ask(question);
		if (question === this.lastPass) this.waiting = false;
		return answer?.type === 'trace';
	}

	#redraw(seedsFurther: number): Promise<boolean> {
		if (!this.model) return Promise.resolve(false);
		const { settings, source, config } = this.model;
		const { max } = SETTINGS.seed;
		const seed = (settings.seed + seedsFurther) % (max + 1);
		const fresh = { settings: { ...settings, seed }, source, name: NEW_MODEL, config };
		return this.#openBy({ type: 'build', ...fresh });
	}

	#refuse(sentence: string): Promise<boolean> {
		this.notice = sentence;
		return Promise.resolve(false);
	}

	/** The engine has died: remembers what was under way. */
	#interrupt(): void {
		const { lastPass, trace, isTraining } = this;
		this.#interrupted ??= { lastPass, trace, isTraining };
		this.show('loading');
	}

	/** Another engine has taken over: goes on with what was under way, unless it was too large. */
	async #carryOn(isResumed: boolean, tooLarge: string): Promise<void> {
		const before = this.#interrupted;
		this.#interrupted = null;
		const isOpen = isResumed || ((await this.#reopen?.()) ?? false);
		const where = isResumed ? `goes on from step ${this.step}` : 'starts anew';
		const what = tooLarge === '' ? 'The engine stopped and' : `${tooLarge} The engine`;
		this.notice = `${what} was started again; your model ${where}.`;
		this.showState();
		if (!isOpen || !before) return;
		this.trace = before.trace;
		const { lastPass, isTraining } = before;
		if (lastPass && (isTraining || tooLarge === '')) void this.#pass(lastPass);
		if (isTraining && tooLarge === '') void this.#train(null);
	}

	#fail(sentence: string): void {
		this.notice = sentence;
		this.isTraining = false;
		this.show('failed');
	}
}
