import { gateSide } from '$lib/experiments/gateSide';
import { knockOut } from '$lib/experiments/knockOut';
import { learnedRouter } from '$lib/experiments/learnedRouter';
import { loadBalance } from '$lib/experiments/loadBalance';
import type { Lab } from '$lib/lab/lab.svelte';
import { tokenLosses } from '$lib/math/tokenLosses';
import type { ModelConfig } from '$lib/protocol/config';
import type { Intervention } from '$lib/protocol/interventions';
import type { Settings } from '$lib/protocol/settings';
import { recordingOf, type Trace } from '$lib/protocol/trace';
import { readTrace } from '$lib/protocol/traceFile';
import type { Place } from '$lib/views/place';
import { sortingOf, type Sorting } from '$lib/views/sorting';
import { LessonEngine } from '../engine.svelte';
import { Proving } from '../proving.svelte';
import type { RouterData } from './+page.server';
import { DRAWN_POINTS } from './recorded';

/** A part of the layer that can be silenced: an expert by its index, or the shared one. */
export type Part = number | 'shared';

/** A pass as the figures draw it. */
export interface Shown {
	sorting: Sorting | null;
	config: ModelConfig;
	texts: readonly string[];
	layer: number;
	/** Loss at each token; NaN at the last. */
	losses: readonly number[];
	/** Where the numbers come from, for the line under the figure. */
	origin: string;
}

/** What one part is worth on the text of the lesson. */
export interface Silence {
	part: Part;
	losses: readonly number[];
	isLive: boolean;
}

/** The state of the router lesson: the hand, the passes, the model that answers. */
export class Office {
	readonly engine: LessonEngine;
	readonly data: RouterData;
	hovered: Place | null = $state.raw(null);
	pinned: Place | null = $state.raw(null);
	/** The token of the followed facts under the hand, and the pinned one. */
	fact: { hovered: number | null; pinned: number | null } = $state({ hovered: null, pinned: null });
	/** The symbol of the formula, or the picture, that is under the hand. */
	lit: string | null = $state(null);
	/** The pass of the trained toy: recorded, then live. */
	toy: Shown;
	/** The pass of the learner's own model, once there is one. */
	own: Shown | null = $state.raw(null);
	/** The training step of that pass, and its losses with one part silent at some step. */
	ownStep: number = $state(0);
	ownSilence: { part: Part; losses: readonly number[]; step: number } | null = $state.raw(null);
	/** Whether a pass is under way that is not the one to show. */
	#isAside = false;
	/** Losses with one part silent, as computed in this page. */
	silence: Silence | null = $state.raw(null);
	/** Which model the engine has at hand. */
	holds: 'toy' | 'own' = $state('toy');
	/** One sentence on what could not be done, or empty. */
	problem: string = $state('');
	/** What a gate of one half leaves on either side, as run in the page. */
	readonly sided: Proving;
	/** What a silent part takes along, as run in the page. */
	readonly knocked: Proving;
	/** The learned router beside its frozen twin, as run in the page. */
	readonly twins: Proving;
	/** Without and with the balance loss, as run in the page. */
	readonly balance: Proving;
	readonly #tokens: readonly number[];
	/** What has been asked, one after the other: a newer pass would outdate an older one. */
	#turn: Promise<unknown> = Promise.resolve();

	constructor(data: RouterData) {
		this.data = data;
		this.sided = new Proving(gateSide, data.sided);
		this.knocked = new Proving(knockOut, data.knocked);
		this.twins = new Proving(learnedRouter, data.learned);
		this.balance = new Proving(loadBalance, data.balanced);
		const { recorded } = data.numbers;
		const trace = readTrace(recorded.trace);
		this.#tokens = [...trace.tokens];
		const gradient = Float32Array.from(recorded.gradient);
		this.toy = $state.raw<Shown>({
			sorting: withGradient(sortingOf(trace, recorded.layer), gradient),
			config: data.config,
			texts: recorded.texts,
			layer: recorded.layer,
			losses: recorded.losses.map((loss) => loss ?? NaN),
			origin: `Recorded: ${recorded.toy} after ${recorded.steps} training steps, seed ${recorded.seed}, layer ${recorded.layer + 1}; every number comes from that pass.`
		});
		this.engine = new LessonEngine({
			open: (lab) => lab.openToy(recorded.toy),
			onready: () => void this.askToy()
		});
	}

	get #lab(): Lab | null {
		return this.engine.isOpen ? this.engine.lab : null;
	}

	/** What the hand is on: the preview, else what is pinned. */
	get place(): Place | null {
		return this.hovered ?? this.pinned;
	}

	/** The token whose way is followed in a pass over these texts. */
	tokenIn(texts: readonly string[]): number {
		const token = this.place?.token ?? this.pinned?.token ?? this.data.numbers.hero.token;
		return Math.min(token, texts.length - 1);
	}

	hover(token: number | null, expert: number | null, symbol: string | null = null): void {
		const isOff = token === null && expert === null;
		this.hovered = isOff ? null : { token, key: null, expert };
		this.lit = isOff ? null : symbol;
	}

	/** Pins a token, or frees it if it was pinned. */
	pick(token: number, expert: number | null): void {
		const isSame = this.pinned?.token === token && this.pinned.expert === expert;
		this.pinned = isSame ? null : { token, key: null, expert };
	}

	free(): void {
		this.pinned = null;
		this.hovered = null;
		this.fact.pinned = null;
	}

	/** The losses with a part silent: computed here where that is done, else recorded. */
	silenceOf(part: Part | null): Silence | null {
		if (part === null) return null;
		if (this.silence?.part === part) return this.silence;
		const expert = part === 'shared' ? null : part;
		const known = this.data.numbers.recorded.silenced.find((one) => one.expert === expert);
		return known ? { part, losses: known.losses.map((loss) => loss ?? NaN), isLive: false } : null;
	}

	/** Computes the losses with a part silent. */
	askSilence(part: Part | null): Promise<void> {
		return this.#inTurn(async () => {
			if (part === null || !(await this.#holdToy())) return;
			const trace = await this.#pass([silenceIn(part, this.toy.layer)]);
			if (trace) this.silence = { part, losses: lossesOf(trace), isLive: true };
		});
	}

	/** Has the trained toy read the text here. */
	askToy(): Promise<void> {
		return this.#inTurn(() => this.#readToy());
	}

	/**
	 * Makes the learner's own model, the toy under other rules or a fresh one, and has it read so many
	 * tokens: with a part silent, where one is, and then whole.
	 */
	askOwn(changes: Partial<Settings>, tokens: number, part: Part | null): Promise<void> {
		return this.#inTurn(() => this.#makeOwn(changes, tokens, part));
	}

	#inTurn(work: () => Promise<void>): Promise<void> {
		const next = this.#turn.then(work);
		this.#turn = next;
		return next;
	}

	async #readToy(): Promise<void> {
		if (!(await this.#holdToy())) return;
		const trace = await this.#pass([]);
		const { recorded } = this.data.numbers;
		if (trace) {
			const who = `${recorded.toy} after ${trace.step} training steps`;
			this.toy = this.#shownOf(trace, recorded.layer, who);
		}
	}

	async #makeOwn(changes: Partial<Settings>, count: number, part: Part | null): Promise<void> {
		const lab = this.#lab;
		if (!lab?.model) return;
		this.problem = '';
		const isOpen =
			this.holds === 'own' || (await this.#openToy(lab))
				? await lab.rebuild({ ...lab.model.settings, ...changes })
				: false;
		this.holds = 'own';
		if (!isOpen) {
			this.problem = lab.notice;
			lab.dismiss();
			return;
		}
		const tokens = this.data.long.tokens.slice(0, count);
		this.#isAside = true;
		const silent =
			part === null ? null : await this.#pass([silenceIn(part, this.#ownLayer)], tokens);
		this.ownSilence =
			silent && part !== null ? { part, losses: lossesOf(silent), step: silent.step } : null;
		const trace = await this.#pass([], tokens);
		this.#isAside = false;
		if (trace) this.showOwn(trace);
	}

	/** The first layer with experts of the learner's own model. */
	get #ownLayer(): number {
		const layers = this.#lab?.model?.config.layers ?? [];
		return Math.max(
			0,
			layers.findIndex(({ feedForward }) => feedForward === 'moe')
		);
	}

	/** Shows a pass of the learner's own model, as training repeats it. */
	showOwn(trace: Trace): void {
		const model = this.#lab?.model;
		if (this.holds !== 'own' || !model || this.#isAside) return;
		const who =
			trace.step === 0 ? 'an untrained model' : `${model.name} after ${trace.step} training steps`;
		this.own = this.#shownOf(trace, this.#ownLayer, who);
		this.ownStep = trace.step;
	}

	async #pass(
		interventions: readonly Intervention[],
		tokens = this.#tokens
	): Promise<Trace | null> {
		const lab = this.#lab;
		if (!lab) return null;
		const options = { points: DRAWN_POINTS, gradients: ['router.logits' as const], interventions };
		return (await lab.forward(tokens, options)) ? lab.trace : null;
	}

	async #holdToy(): Promise<boolean> {
		const lab = this.#lab;
		if (!lab) return false;
		return this.holds === 'toy' || this.#openToy(lab);
	}

	async #openToy(lab: Lab): Promise<boolean> {
		if (!(await lab.openToy(this.data.numbers.recorded.toy))) return false;
		this.holds = 'toy';
		return true;
	}

	#shownOf(trace: Trace, layer: number, who: string): Shown {
		const texts = this.data.long.texts.slice(0, trace.tokens.length);
		const { config, seed } = this.#lab?.model ?? { config: this.data.config, seed: 0 };
		return {
			sorting: sortingOf(trace, layer),
			...{ config, layer, texts, losses: lossesOf(trace) },
			origin: `Live: ${who}, computed in this page, seed ${seed}, layer ${layer + 1}.`
		};
	}
}

function withGradient(sorting: Sorting | null, gradient: Float32Array): Sorting | null {
	return sorting && { ...sorting, gradient };
}

function silenceIn(part: Part, layer: number): Intervention {
	return part === 'shared'
		? { kind: 'silenceShared', layer }
		: { kind: 'silenceExpert', layer, expert: part };
}

function lossesOf(trace: Trace): number[] {
	const logits = recordingOf(trace, 'logits')?.data ?? new Float32Array();
	return [...tokenLosses(logits, trace.tokens)];
}
