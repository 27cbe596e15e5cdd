import type { StoredRun } from '$lib/protocol/checkpoint';
import { emptyHistory, extendHistory, type History } from '$lib/protocol/history';
import {
	unreachable,
	type Backend,
	type Measured,
	type Opened,
	type Reply
} from '$lib/protocol/messages';
import type { Trace } from '$lib/protocol/trace';
import type { TrialNews } from '$lib/protocol/trial';
import type { GenerateOptions, LabModel, Status } from './options';
import { withSetup, type Setup } from './setups';
import type { Question } from './wire';

type Answers = 'generated' | 'evaluated' | 'saved' | 'lost' | 'trialDone';

/** What the page knows of the engine: the latest answers, for pages to read and for `Lab` to write. */
export class LabState {
	/** Also written to `<html data-engine>`. */
	status: Status = $state('idle');
	/** What computes, and why; its name is also written to `<html data-backend>`. */
	backend: Backend | null = $state.raw(null);
	/** The latest thing the visitor should know, in one sentence, or empty. */
	notice: string = $state('');
	model: LabModel | null = $state.raw(null);
	/** The latest forward pass. */
	trace: Trace | null = $state.raw(null);
	/** What the latest pass took in the engine, its recording included. */
	passCost: Measured | null = $state.raw(null);
	/** What a training step takes, or null until the model at hand has trained in this page. */
	stepCost: Measured | null = $state.raw(null);
	/** What training steps took under the settings that were tried. */
	setups: readonly Setup[] = $state.raw([]);
	/** Whether a forward pass has been asked for and not answered. */
	waiting: boolean = $state(false);
	/** Loss and expert load of the run so far. */
	history: History = $state.raw(emptyHistory());
	/** Least mean loss any model can reach, in nats per predicted token, or null where unknown. */
	floor: number | null = $state(null);
	/** Training steps done. */
	step: number = $state(0);
	stepsPerSecond: number = $state(0);
	/** Step up to which the run is stored in the browser, or null while none of it is. */
	keptStep: number | null = $state(null);
	/** Whether the engine is writing on. */
	generating: boolean = $state(false);
	/** Stored runs that can be resumed: those of this tab, then those of closed ones, newest first. */
	runs: readonly StoredRun[] = $state.raw([]);

	/** Questions for a fresh model that are not answered yet. */
	protected opening = 0;
	/** Whether something has been opened, or could not be. */
	protected hasTried = false;
	protected isTraining = false;
	/** The latest forward pass asked for: what training repeats, and what a new engine is asked. */
	protected lastPass: Question | null = null;
	protected ontoken: GenerateOptions['ontoken'];
	protected ontrial: ((news: readonly TrialNews[]) => void) | null = null;

	/** The stored run to go on with, if there is one: this tab's own comes first. */
	get stored(): StoredRun | null {
		return this.runs[0] ?? null;
	}

	/**
	 * Whether the graphics processor's programs are being compiled: at a model's first pass and its first
	 * step of training.
	 */
	get isPreparing(): boolean {
		if (this.backend?.name !== 'webgl') return false;
		const isFirstStep = this.status === 'training' && this.stepCost === null;
		return isFirstStep || (this.waiting && this.passCost === null);
	}

	/** Takes a reply of the engine to heart. */
	protected receive(reply: Reply): void {
		switch (reply.type) {
			case 'booted':
				return this.greet(reply);
			case 'opened':
				if (reply.isFresh) this.forget();
				return this.take(reply);
			case 'trace':
				this.trace = reply.trace;
				this.passCost = { operations: reply.operations, ms: reply.ms };
				return;
			case 'progress':
				this.history = extendHistory(this.history, reply.records);
				this.step = reply.records.at(-1)?.step ?? this.step;
				this.stepsPerSecond = reply.stepsPerSecond;
				this.stepCost = reply.cost;
				this.setups = this.model ? withSetup(this.setups, this.model.settings, reply.cost) : [];
				return;
			case 'stopped':
				this.isTraining = false;
				this.step = reply.step;
				if (reply.note !== '') this.notice = reply.note;
				return this.showState();
			case 'token':
				return this.ontoken?.(reply.token, reply.probability);
			case 'trialProgress':
				return this.ontrial?.(reply.news);
			case 'kept':
				this.keptStep = reply.step;
				return;
			case 'note':
				this.notice = reply.note;
				return;
			case 'failed':
				this.notice = reply.message;
				return;
			default:
				return this.ignore(reply);
		}
	}

	/** Replies that are answers and nothing else: whoever asked has them. */
	protected ignore(reply: Extract<Reply, { type: Answers }>): void {
		switch (reply.type) {
			case 'generated':
			case 'evaluated':
			case 'saved':
			case 'trialDone':
			case 'lost':
				return;
			default:
				unreachable(reply);
		}
	}

	protected greet({ backend, runs, note }: Extract<Reply, { type: 'booted' }>): void {
		this.backend = backend;
		this.runs = runs;
		this.notice = note;
		document.documentElement.dataset.backend = backend.name;
	}

	/** What was asked and answered about another model. */
	protected forget(): void {
		this.isTraining = false;
		this.lastPass = null;
		this.waiting = false;
		this.trace = null;
		this.keptStep = null;
	}

	protected take({ header, parameterCount, floor, merges }: Opened): void {
		this.passCost = null;
		this.stepCost = null;
		const { step, history, ...facts } = header;
		this.model = { ...facts, parameterCount, merges };
		this.step = step;
		this.history = history;
		this.floor = floor;
	}

	protected showState(): void {
		if (this.status === 'failed' || !this.backend) return;
		if (this.opening > 0 || !this.hasTried) this.show('loading');
		else this.show(this.isTraining ? 'training' : 'ready');
	}

	protected show(status: Status): void {
		this.status = status;
		if (typeof document !== 'undefined') document.documentElement.dataset.engine = status;
	}
}
