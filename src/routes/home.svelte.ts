import { untrack } from 'svelte';
import type { Lab } from '$lib/lab/lab.svelte';
import type { LabModel } from '$lib/lab/options';
import { Playback } from '$lib/lab/playback.svelte';
import type { Source, StoredRun } from '$lib/protocol/checkpoint';
import type { ModelConfig } from '$lib/protocol/config';
import { INITIAL_SETTINGS, SETTINGS, type Settings } from '$lib/protocol/settings';
import type { Trace } from '$lib/protocol/trace';
import type { Language } from '$lib/tasks/task';
import type { Scene } from '$lib/views/formula';
import { attentionOf, expectedOf, nextOf, streamsOf } from '$lib/views/pass';
import type { Place } from '$lib/views/place';
import { MOMENTS, momentsOf } from '$lib/views/story';
import { changedFrom, writeLink, type Link, type ModelName } from './link';
import { DRAWN_POINTS, type Example, type Recorded } from './recorded';

/** A forward pass with the model it came from, as the figures draw it. */
export interface Shown {
	trace: Trace;
	config: ModelConfig;
	vocabulary: readonly string[];
	isLive: boolean;
	name: string;
	seed: number;
}

/** Byte pairs of a visitor's text, or null. */
type Merges = LabModel['merges'];

/** What the page can do once the engine's code has come. */
export interface Actions {
	tasks: readonly { id: string; title: string }[];
	taskOf: (source: Source, merges: Merges) => Language;
	/** Opens a toy, or draws a fresh model. */
	open: (name: ModelName) => Promise<void>;
	/** Draws a fresh model for a task or a text; gives a sentence if that cannot be. */
	learn: (source: Source) => Promise<string>;
	openFiles: (files: readonly File[]) => Promise<void>;
	/** Goes on with a stored run. */
	resume: (id: string) => Promise<void>;
	readText: (file: File) => Promise<{ text: string; note: string | null } | { problem: string }>;
}

/** The state of the home page: what is typed, where the learner stands, what the hand is on. */
export class Home {
	/** The engine; null until the page has been painted and scripts have come. */
	lab: Lab | null = $state.raw(null);
	/** What needs the engine's code; null until it has come. */
	actions: Actions | null = $state.raw(null);
	prompt = $state('');
	/** A chunk length for the picture alone, or null. */
	lookChunk: number | null = $state(null);
	head = $state(0);
	/** The moments of all layers, one after another. */
	readonly playback: Playback;
	hovered: Place | null = $state.raw(null);
	pinned: Place | null = $state.raw(null);
	/** What was wrong with the link, one sentence each. */
	notes: readonly string[] = $state.raw([]);
	/** A run of this tab that the link passes over, for another model. */
	passedOver: StoredRun | null = $state.raw(null);
	/** Which toy or fresh model the link names. */
	modelName: ModelName | 'file' = $state('scout-toy');
	/** The settings of the named model as it was opened: a link tells the difference. */
	baseSettings: Settings = $state.raw(INITIAL_SETTINGS);
	readonly recorded: Recorded;
	#latest: Shown;
	#backend: string | null = null;

	constructor(recorded: Recorded) {
		this.recorded = recorded;
		const { trace, config, vocabulary, name, seed } = recorded;
		this.#latest = { trace, config, vocabulary, name, seed, isLive: false };
		this.playback = new Playback(config.layers.length * MOMENTS);
		this.playback.go(MOMENTS - 1);
		this.prompt = Array.from(trace.tokens, (token) => vocabulary[token] ?? '').join('');
	}

	readonly #source = $derived.by(() =>
		JSON.stringify(this.lab?.model?.source ?? { task: this.recorded.task, text: null })
	);
	/** The language of the model at hand; null until its code has come. */
	readonly task: Language | null = $derived(
		this.actions?.taskOf(JSON.parse(this.#source) as Source, this.lab?.model?.merges ?? null) ??
			null
	);
	/** What can be learned, by name. */
	readonly tasks = $derived.by(
		() => this.actions?.tasks ?? [{ id: this.recorded.task, title: this.recorded.task }]
	);
	/** The latest pass: the recorded one until the engine has made its own. */
	readonly shown: Shown = $derived.by(() => {
		const trace = this.lab?.trace ?? null;
		return untrack(() => (trace ? this.#shownOf(trace) : this.#latest));
	});

	#shownOf(trace: Trace): Shown {
		const model = this.lab?.model;
		if (!model) return this.#latest;
		const { config, name, seed } = model;
		const chunk = this.lookChunk ?? config.chunk;
		const vocabulary = this.task?.vocabulary ?? this.recorded.vocabulary;
		this.#latest = { trace, config: { ...config, chunk }, vocabulary, name, seed, isLive: true };
		return this.#latest;
	}

	readonly texts: readonly string[] = $derived(
		Array.from(this.shown.trace.tokens, (token) => this.shown.vocabulary[token] ?? '?')
	);
	/** The layer in focus and the moment inside it, both from 0. */
	readonly layer = $derived.by(() =>
		Math.min(Math.floor(this.playback.step / MOMENTS), this.shown.config.layers.length - 1)
	);
	readonly moment = $derived.by(() => this.playback.step % MOMENTS);
	readonly #head = $derived(Math.min(this.head, this.shown.config.heads - 1));
	readonly #place: Place | null = $derived(this.hovered ?? this.pinned);

	/** What every picture of the figure is about. */
	readonly scene: Scene = $derived.by(() => {
		const { trace, config } = this.shown;
		const last = this.texts.length - 1;
		const token = Math.min(this.#place?.token ?? this.pinned?.token ?? last, last);
		const { layer } = this;
		const head = this.#head;
		const key = Math.min(this.#place?.key ?? strongestKey(trace, layer, head, token), last);
		const expert = this.#place?.expert ?? null;
		return { trace, config, texts: this.texts, layer, head, token, key, expert };
	});
	readonly moments = $derived(momentsOf(this.shown.config, this.layer));
	readonly streams = $derived(streamsOf(this.shown.trace, this.shown.config.layers.length));
	readonly expected = $derived(expectedOf(this.shown.trace));
	readonly next = $derived(nextOf(this.shown.trace, this.scene.token));
	/** The true law after the token, where the language has one. */
	readonly law = $derived(
		this.task?.law(this.shown.trace.tokens.subarray(0, this.scene.token + 1)) ?? null
	);
	/** What the prompt box holds, as tokens; null until the task's code has come. */
	readonly encoded = $derived(this.task?.encode(this.prompt) ?? null);
	readonly maxLength = $derived(this.lab?.model?.config.maxLength ?? this.shown.config.maxLength);
	/** Texts worth trying first, in the language of the model at hand. */
	readonly examples: readonly Example[] = $derived.by(() => {
		const { task, recorded } = this;
		if (!task || task.id === recorded.task) return recorded.examples;
		return task.examples.map((example) => ({ ...example, chunk: null }));
	});
	/** The tokens that the model is given: the newest, if there are too many. */
	readonly tokens = $derived(this.encoded?.tokens.slice(-this.maxLength) ?? null);
	readonly settings: Settings = $derived(this.lab?.model?.settings ?? this.baseSettings);
	/** Changes whenever another model computes. */
	readonly modelKey = $derived(
		this.lab?.model ? JSON.stringify([this.lab.model.config, this.lab.model.seed]) : ''
	);
	readonly isTraining = $derived(this.lab?.status === 'training');
	readonly step = $derived.by(() => (this.lab?.model ? this.lab.step : this.recorded.steps));
	readonly floor = $derived.by(() => (this.lab?.model ? this.lab.floor : this.recorded.floor));
	/** Mean loss of the latest steps, or of the toy that is shown; null before any training. */
	readonly loss: number | null = $derived.by(() => {
		const { lab, recorded } = this;
		const latest = lab?.history.losses.slice(-8) ?? [];
		if (latest.length > 0) return latest.reduce((sum, loss) => sum + loss, 0) / latest.length;
		return this.isRecordedToy ? recorded.loss : null;
	});
	/** Whether the model at hand is the recorded toy, as it came: its weights under its own rules. */
	readonly isRecordedToy: boolean = $derived.by(() => {
		const { lab, recorded } = this;
		if (!lab?.model) return true;
		const changed = Object.keys(changedFrom(this.baseSettings, lab.model.settings));
		const isAsRuled = changed.every((name) => SETTINGS[name as keyof Settings].rebuilds === 'run');
		return isAsRuled && lab.model.name === recorded.name && lab.step === recorded.steps;
	});

	/** Asks for a pass over the prompt. */
	ask(): void {
		if (!this.lab?.model || !this.tokens || this.tokens.length === 0) return;
		void this.lab.forward(this.tokens, { chunk: this.lookChunk, points: DRAWN_POINTS });
	}

	/** Puts a text in the prompt box; `chunk` holds for its picture alone. */
	write(text: string, chunk: number | null = null): void {
		this.prompt = text;
		this.lookChunk = chunk;
		this.pinned = null;
		this.hovered = null;
	}

	/** Goes to a layer, at the same moment. */
	goToLayer(layer: number): void {
		this.playback.go(layer * MOMENTS + this.moment);
	}

	/** Goes to a moment of the layer in focus. */
	goToMoment(moment: number): void {
		this.playback.go(this.layer * MOMENTS + moment);
	}

	/** From now on a link has to tell the settings: the model is no toy any more. */
	becomeFresh(): void {
		this.modelName = 'fresh';
		this.baseSettings = INITIAL_SETTINGS;
	}

	/** Pins what the hand is on, or frees it if it was pinned. */
	pick(place: Place): void {
		const isSame = JSON.stringify(place) === JSON.stringify(this.pinned);
		this.pinned = isSame ? null : place;
	}

	/** Puts the page where a link says. */
	follow(link: Link, notes: readonly string[]): void {
		this.playback.resize(Math.max(this.playback.steps, (link.layer + 1) * MOMENTS));
		this.playback.go(link.layer * MOMENTS + link.moment);
		this.head = link.head;
		this.lookChunk = link.lookChunk;
		this.modelName = link.model;
		this.notes = notes;
		this.#backend = link.backend;
		if (link.prompt !== null) this.prompt = link.prompt;
	}

	/** The query of a link to what is on the page now. */
	readonly query: string = $derived.by(() => {
		const { trace, vocabulary } = this.recorded;
		const start = Array.from(trace.tokens, (token) => vocabulary[token] ?? '').join('');
		const task = this.lab?.model?.source.task ?? null;
		const link: Link = {
			model: this.modelName === 'file' ? 'scout-toy' : this.modelName,
			changed: this.modelName === 'file' ? {} : changedFrom(this.baseSettings, this.settings),
			task: task === null || task === this.recorded.task || task === 'text' ? null : task,
			prompt: this.prompt === start ? null : this.prompt,
			lookChunk: this.lookChunk,
			layer: this.layer,
			head: this.#head,
			moment: this.moment,
			backend: this.#backend
		};
		return writeLink(link, MOMENTS).toString();
	});
}

/** The key that a token looks at most, itself where the trace does not say. */
function strongestKey(trace: Trace, layer: number, head: number, token: number): number {
	const attention = attentionOf(trace, layer, head);
	if (!attention) return token;
	const { pattern, size } = attention;
	let best = token;
	for (let key = 0; key <= token; key++) {
		if ((pattern[token * size + key] ?? 0) > (pattern[token * size + best] ?? 0)) best = key;
	}
	return best;
}
