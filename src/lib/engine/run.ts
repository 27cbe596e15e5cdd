import { parameterCount } from '$lib/math/size';
import { CHECKPOINT_VERSION, type Checkpoint, type RunHeader } from '$lib/protocol/checkpoint';
import type { Source } from '$lib/protocol/checkpoint';
import type { ModelConfig } from '$lib/protocol/config';
import { emptyHistory } from '$lib/protocol/history';
import type { Opened } from '$lib/protocol/messages';
import { checkConfig } from '$lib/protocol/check';
import { modelConfig, trainConfig, type Settings } from '$lib/protocol/settings';
import { makeTextTask, TASK_IDS, taskOf, type Task, type TextTask } from '$lib/tasks';
import {
	disposeState,
	initState,
	stateFromArrays,
	stateToArrays,
	type TrainState
} from '$lib/train/state';
import { Refusal } from './refusal';

/** A model with its task and its training so far: what the engine has at hand. */
export interface Run {
	/** `header.step` lags behind `state.step` until the reports of the steps are read. */
	header: RunHeader;
	task: Task;
	/** Owned by the run: `disposeRun` frees its tensors. */
	state: TrainState;
}

/** The latest task on a visitor's text: a large one takes a second to cut into tokens. */
let latestText: { text: string; task: Task } | null = null;

/**
 * The task that a source names.
 *
 * @throws Refusal if there is none of that name, or the text will not do
 */
export function taskOfSource({ task: id, text }: Source): Task {
	if (id === 'text' && text !== null) return textTask(text);
	if (!TASK_IDS.some((known) => known === id)) {
		throw new Refusal(`There is no task “${id.slice(0, 24)}” to learn.`);
	}
	return taskOf(id);
}

function textTask(text: string): Task {
	if (latestText?.text === text) return latestText.task;
	const made = makeTextTask(text);
	if ('problem' in made) throw new Refusal(made.problem);
	latestText = { text, task: made.task };
	return made.task;
}

/** What a fresh model is built from. */
export interface NewRun {
	settings: Settings;
	source: Source;
	name: string;
	/** The exact model, where the settings do not describe it, or null. */
	config: ModelConfig | null;
}

/**
 * A fresh model.
 *
 * @throws Refusal if the settings do not fit together
 */
export function buildRun({ settings, source, name, config: exact }: NewRun): Run {
	const task = taskOfSource(source);
	const config = exact ?? modelConfig(settings, task.vocabulary.length);
	requireFit(config);
	const train = trainConfig(settings);
	const { seed } = settings;
	return {
		header: { name, config, train, settings, source, seed, step: 0, history: emptyHistory() },
		task,
		state: initState(config, seed)
	};
}

/**
 * The same weights under other settings. What the settings leave as it was stays as it is, also where
 * the model came from a file that no settings describe.
 *
 * @throws Refusal if the settings do not fit together
 */
export function adjustRun(run: Run, settings: Settings): Run {
	const { header } = run;
	const before = modelConfig(header.settings, header.config.vocabulary);
	const after = modelConfig(settings, header.config.vocabulary);
	const config = withChanges(header.config, before, after);
	requireFit(config);
	return { ...run, header: { ...header, config, settings, train: trainConfig(settings) } };
}

function requireFit(config: ModelConfig): void {
	const problem = checkConfig(config);
	if (problem !== null) throw new Refusal(problem);
}

/** `config` with whatever differs between `before` and `after`. */
function withChanges(config: ModelConfig, before: ModelConfig, after: ModelConfig): ModelConfig {
	const names = Object.keys(config) as (keyof ModelConfig)[];
	const changed = names.filter(
		(name) => JSON.stringify(before[name]) !== JSON.stringify(after[name])
	);
	const next = {
		...config,
		...Object.fromEntries(changed.map((name) => [name, after[name]]))
	};
	const fits = after.layers.length === config.layers.length;
	const layers = config.layers.map((layer, i) => ({
		...after.layers[i]!,
		feedForward: layer.feedForward
	}));
	return { ...next, layers: changed.includes('layers') && fits ? layers : config.layers };
}

/** Frees the run's tensors. */
export function disposeRun(run: Run): void {
	disposeState(run.state);
}

/** Copies a run out of the backend. */
export async function checkpointOf({ header, state }: Run): Promise<Checkpoint> {
	const { params, optimizer, step } = await stateToArrays(state);
	return {
		version: CHECKPOINT_VERSION,
		savedAt: Date.now(),
		header: { ...header, step },
		params,
		optimizer
	};
}

/**
 * The run that `checkpointOf` copied; it goes on as if it had never stopped.
 *
 * @throws Refusal if the stored numbers do not fit their model
 */
export function runOfCheckpoint({ header, params, optimizer }: Checkpoint): Run {
	const task = taskOfSource(header.source);
	try {
		const arrays = { params: [...params], optimizer: [...optimizer], step: header.step };
		return { header, task, state: stateFromArrays(header.config, arrays) };
	} catch (error) {
		if (!(error instanceof RangeError)) throw error;
		throw new Refusal('The stored run is damaged and cannot be opened.');
	}
}

/** Whether training here has changed the run since it was built or opened. */
export function hasLearned({ header }: Run): boolean {
	return header.history.steps.length + header.history.rest.length > 0;
}

/** What the page is told of a run. */
export function openedOf({ header, task }: Run): Opened {
	return {
		header,
		parameterCount: parameterCount(header.config),
		floor: task.floor(header.train.length),
		merges: 'merges' in task ? (task as TextTask).merges : null
	};
}
