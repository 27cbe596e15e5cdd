/**
 * Trains the toys that the site opens and writes them, their recorded passes and docs/toys.md:
 *
 *     npm run toys [-- NAME ... | -- --measure]
 *
 * Names choose which toys are trained, `--measure` trains none; the others are measured as they are
 * stored. Training both needs tens of minutes.
 */
import '@tensorflow/tfjs-backend-wasm';
import '$lib/kernels/boot';
import { existsSync, writeFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs-core';
import { format, resolveConfig } from 'prettier';
import { leaves } from '$lib/model/tree';
import { modelConfig, trainConfig } from '$lib/protocol/settings';
import { taskOf } from '$lib/tasks';
import { disposeState } from '$lib/train/state';
import {
	compressedSize,
	readCard,
	readModel,
	recordTrace,
	toyPath,
	writeCard,
	writeModel,
	type ToyCard
} from './toys/files';
import {
	complete,
	divergences,
	expertUse,
	heldOutLoss,
	layerUse,
	wrongSums,
	type Subject
} from './toys/measure';
import { toysPage, type ToyRecord } from './toys/page';
import { RECIPES, type Recipe } from './toys/recipes';
import { trainOn, trainToy } from './toys/train';

const DOCUMENT = 'docs/toys.md';

const say = (line: string) => console.log(line);

/** Trains a toy and writes its weights. */
async function train(recipe: Recipe): Promise<Pick<ToyCard, 'seconds' | 'curve'>> {
	const { name, settings } = recipe;
	const task = taskOf(recipe.task);
	const config = modelConfig(settings, task.vocabulary.length);
	const { state, curve, seconds } = await trainToy(recipe, task, say);
	const card = { task: task.id, step: state.step, seed: settings.seed };
	await writeModel(name, { params: state.params, config }, card);
	disposeState(state);
	return { seconds, curve };
}

/** Measures a toy as it is stored, writes its card and its recorded pass. */
async function describe(
	recipe: Recipe,
	{ seconds, curve }: Pick<ToyCard, 'seconds' | 'curve'>
): Promise<ToyRecord> {
	const { name, settings, steps, sentence, points } = recipe;
	const task = taskOf(recipe.task);
	const subject: Subject = { ...readModel(name), task };
	const numbers = trainConfig(settings);
	const { length } = numbers;
	const { loss } = await heldOutLoss(subject, length);
	const domains = await divergences(subject, length);
	const wrong = await wrongSums(subject);
	const card: ToyCard = {
		...{ name, task: task.id, steps, seed: settings.seed, backend: tf.getBackend(), loss },
		train: numbers,
		divergence: domains.reduce((sum, { share, divergence }) => sum + share * divergence, 0),
		floor: task.floor(length)!,
		sums: { solved: 100 - wrong.length, asked: 100 },
		parameters: leaves(subject.params).reduce((sum, leaf) => sum + leaf.size, 0),
		...{ seconds: Math.round(seconds), curve },
		vocabulary: task.vocabulary
	};
	writeCard(card);
	const { tokens } = task.encode(sentence);
	await recordTrace(name, subject, { step: steps, tokens, points });
	say(`${name}: loss ${loss}, floor ${card.floor}, divergence ${card.divergence}`);
	return { recipe, card, domains, wrongSums: wrong, ...(await behaviour(subject, recipe)) };
}

/** What a toy does beyond its loss. Takes the weights over: at the end they train on. */
async function behaviour(
	subject: Subject,
	recipe: Recipe
): Promise<Pick<ToyRecord, 'completions' | 'layers' | 'experts' | 'furtherLoss' | 'bytes'>> {
	const { length } = recipe.settings;
	const completions = [];
	for (const { text } of subject.task.examples) completions.push(await complete(subject, text));
	const layers = await layerUse(subject, length);
	const experts = await expertUse(subject, length);
	const params = trainOn(subject, recipe);
	const { loss: furtherLoss } = await heldOutLoss({ ...subject, params }, length);
	tf.dispose(leaves(params));
	return { completions, layers, experts, furtherLoss, bytes: compressedSize(recipe.name) };
}

const [first, ...others] = process.argv.slice(2);
const named = first === undefined ? RECIPES.map(({ name }) => name) : [first, ...others];
if (first === '--measure') named.length = 0;
const unknown = named.find((name) => !RECIPES.some((recipe) => recipe.name === name));
if (unknown !== undefined) {
	say(`There is no toy “${unknown}”; there are ${RECIPES.map(({ name }) => name).join(', ')}.`);
	process.exit(1);
}
tf.enableProdMode();
await tf.setBackend('wasm');
const records: ToyRecord[] = [];
for (const recipe of RECIPES) {
	const isMeant = named.includes(recipe.name);
	if (!isMeant && !existsSync(toyPath(recipe.name, 'model.safetensors'))) continue;
	const course = isMeant ? await train(recipe) : readCard(recipe.name);
	records.push(await describe(recipe, course));
}
const options = await resolveConfig(DOCUMENT);
writeFileSync(DOCUMENT, await format(toysPage(records), { ...options, filepath: DOCUMENT }));
say(`wrote ${DOCUMENT}`);
