import { asset } from '$app/paths';
import { Lab } from '$lib/lab/lab.svelte';
import type { LabModel } from '$lib/lab/options';
import type { Source } from '$lib/protocol/checkpoint';
import { checkSettings, INITIAL_SETTINGS, type Settings } from '$lib/protocol/settings';
import { readTextFile, TASK_IDS, taskOf, textLanguage, type Language } from '$lib/tasks';
import type { Actions, Home } from './home.svelte';
import { isOfLink, MODELS, type Link, type ModelName } from './link';

/** Brings the engine up behind a page that is already painted, and opens what the link names. */
export function startEngine(home: Home, link: Link): Lab {
	const lab = new Lab({
		startWorker: () =>
			new Worker(new URL('../lib/engine/engine.worker.ts', import.meta.url), { type: 'module' }),
		toyUrl: (toy, file) => asset(`/toys/${toy}/${file}`),
		backend: link.backend
	});
	home.lab = lab;
	home.actions = actionsOf(home, lab);
	void begin(home, lab, link);
	return lab;
}

async function begin(home: Home, lab: Lab, link: Link): Promise<void> {
	if (!(await lab.start())) return;
	const { stored } = lab;
	if (stored?.own && isOfLink(stored.header, link) && (await lab.resume())) {
		nameModel(home, lab);
		return;
	}
	await openModel(home, lab, link);
	if (stored?.own && stored.header.step > 0) home.passedOver = stored;
}

function actionsOf(home: Home, lab: Lab): Actions {
	return {
		tasks: TASK_IDS.map((id) => ({ id, title: taskOf(id).title })),
		taskOf: languageOf,
		open: async (name) => {
			await openModel(home, lab, { model: name, changed: {}, task: null });
			home.ask();
		},
		learn: (source) => learn(home, lab, source),
		openFiles: async (files) => {
			if (!(await lab.openFiles(files))) return;
			nameModel(home, lab);
			home.ask();
		},
		resume: async (id) => {
			home.passedOver = null;
			if (await lab.resume(id)) nameModel(home, lab);
			home.ask();
		},
		readText: async (file) => readTextFile(new Uint8Array(await file.arrayBuffer()))
	};
}

/** The language of a source. The byte pairs of a text were learned in the engine. */
function languageOf({ task, text }: Source, merges: LabModel['merges']): Language {
	return text === null || merges === null ? taskOf(task) : textLanguage({ merges }, text);
}

async function learn(home: Home, lab: Lab, source: Source): Promise<string> {
	if (!(await lab.changeSource(source))) {
		const problem = lab.notice;
		lab.dismiss();
		return problem;
	}
	home.becomeFresh();
	home.write(home.examples[0]?.text ?? '', home.examples[0]?.chunk ?? null);
	home.ask();
	return '';
}

/**
 * Opens a toy or a fresh model, with changes to its settings. Changes that do not fit are left out,
 * and a note says so.
 */
async function openModel(
	home: Home,
	lab: Lab,
	{ model, changed, task }: Pick<Link, 'model' | 'changed' | 'task'>
): Promise<void> {
	if (model === 'fresh') {
		const source = { task: knownTask(home, task), text: null };
		const settings = fitting(home, { ...INITIAL_SETTINGS, ...changed }, INITIAL_SETTINGS);
		if (await lab.build(settings, source)) home.becomeFresh();
		return;
	}
	if (!(await lab.openToy(model)) || !lab.model) {
		// Without the files of the toy there is still a model to train.
		if (!lab.model) await openModel(home, lab, { model: 'fresh', changed, task });
		return;
	}
	home.modelName = model;
	home.baseSettings = lab.model.settings;
	if (Object.keys(changed).length === 0) return;
	const settings = fitting(home, { ...lab.model.settings, ...changed }, lab.model.settings);
	await lab.rebuild(settings);
}

/** Finds what a model that came from elsewhere is called in a link. */
function nameModel(home: Home, lab: Lab): void {
	if (!lab.model) return;
	const { name, settings } = lab.model;
	if (name === 'new model') return home.becomeFresh();
	const known = MODELS.find((model): model is ModelName => model === name);
	home.modelName = known ?? 'file';
	home.baseSettings = known === 'scout-toy' ? INITIAL_SETTINGS : settings;
}

function fitting(home: Home, wanted: Settings, fallback: Settings): Settings {
	const problem = checkSettings(wanted);
	if (problem === null) return wanted;
	home.notes = [...home.notes, `The settings of the link do not fit together: ${problem}`];
	return fallback;
}

function knownTask(home: Home, id: string | null): string {
	const known = TASK_IDS.find((one) => one === id);
	if (known || id === null) return known ?? home.recorded.task;
	home.notes = [...home.notes, `There is no task “${id.slice(0, 24)}”; tales is used.`];
	return home.recorded.task;
}
