/**
 * Weights as Hugging Face's `Llama4ForCausalLM` stores them, both ways. The bytes of a file are read
 * and written in protocol/safetensors.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { ModelConfig } from '$lib/protocol/config';
import { FileProblem, quoted } from '$lib/protocol/fileProblem';
import { checkFinite, type FileTensor, type WritableTensor } from '$lib/protocol/safetensors';
import { filePlace, type FilePlace } from './fileNames';
import { fillPlan, planLeaves } from './plan';
import { planParams, type Params } from './params';
import { leaves } from './tree';

/** Types whose numbers may be weights. */
const FLOATS: readonly string[] = ['F64', 'F32', 'F16', 'BF16'];

/**
 * The weights in a file, checked against a configuration before any is used. Of a file that also sees
 * pictures, the text part is taken.
 *
 * @param tensors what `readSafetensors` read
 * @returns weights owned by the caller
 * @throws FileProblem naming the first tensor that is missing, unknown, of a wrong shape or type, or
 * holds a number that is not finite
 */
export function paramsFromFile(
	config: ModelConfig,
	tensors: ReadonlyMap<string, FileTensor>
): Params {
	const text = textTensors(tensors);
	const places = planLeaves(planParams(config)).map(({ name, plan }) => filePlace(name, plan));
	const stored = places.map((place) => checkedTensor(text, place));
	checkNames(text, new Set(places.map(({ name }) => name)), config);
	const problem = checkFinite(text);
	if (problem !== null) throw new FileProblem(problem);
	let next = 0;
	return fillPlan(planParams(config), ({ shape }) => {
		const { data } = stored[next]!;
		const { isTransposed, shape: fileShape } = places[next]!;
		next++;
		const values = Float32Array.from(data);
		return tf.tensor(isTransposed ? transposed(values, fileShape) : values, [...shape]);
	});
}

/**
 * The tensors of a file with these weights, in the order of the tree, to be given to
 * `writeSafetensors`.
 */
export async function paramsToFile(
	params: Params,
	config: ModelConfig
): Promise<Map<string, WritableTensor>> {
	const numbers = await Promise.all(leaves(params).map((leaf) => leaf.data<'float32'>()));
	const entries = planLeaves(planParams(config)).map(
		({ name, plan }, i): [string, WritableTensor] => {
			const place = filePlace(name, plan);
			const values = numbers[i];
			if (!values) throw new RangeError(`the weights lack ${name}`);
			const data = place.isTransposed ? transposed(values, plan.shape) : values;
			return [place.name, { shape: place.shape, data }];
		}
	);
	return new Map(entries);
}

const TEXT_PART = 'language_model.';
const PICTURE_PARTS = ['vision_model.', 'multi_modal_projector.'];

/** The tensors of the text model under their plain names. */
function textTensors(tensors: ReadonlyMap<string, FileTensor>): Map<string, FileTensor> {
	const names = [...tensors.keys()];
	if (!names.some((name) => name.startsWith(TEXT_PART))) return new Map(tensors);
	const isOfPictures = (name: string) => PICTURE_PARTS.some((part) => name.startsWith(part));
	return new Map(
		[...tensors]
			.filter(([name]) => !isOfPictures(name))
			.map(([name, tensor]) => [name.replace(TEXT_PART, ''), tensor])
	);
}

function checkedTensor(
	tensors: ReadonlyMap<string, FileTensor>,
	{ name, shape }: FilePlace
): FileTensor {
	const tensor = tensors.get(name);
	if (!tensor) throw new FileProblem(`The file lacks ${quoted(name)}.`);
	if (tensor.shape.join() !== shape.join()) {
		throw new FileProblem(
			`${quoted(name)} has the shape [${tensor.shape.join(', ')}]; the config asks for [${shape.join(', ')}].`
		);
	}
	if (!FLOATS.includes(tensor.dtype)) {
		throw new FileProblem(
			`${quoted(name)} is stored as ${tensor.dtype}; weights are read from ${FLOATS.join(', ')}.`
		);
	}
	return tensor;
}

/** Refuses names that the model has no use for; an output matrix beside a tied embedding is its copy. */
function checkNames(
	tensors: ReadonlyMap<string, FileTensor>,
	known: ReadonlySet<string>,
	{ tiedEmbeddings }: ModelConfig
): void {
	for (const name of tensors.keys()) {
		if (known.has(name) || (tiedEmbeddings && name === 'lm_head.weight')) continue;
		throw new FileProblem(`The file holds ${quoted(name)}, which this model does not have.`);
	}
}

/** The transpose of a row-major matrix. */
function transposed(
	values: Float32Array,
	[rows = 0, columns = 0]: readonly number[]
): Float32Array<ArrayBuffer> {
	const turned = new Float32Array(values.length);
	for (let row = 0; row < rows; row++) {
		for (let column = 0; column < columns; column++) {
			turned[column * rows + row] = values[row * columns + column]!;
		}
	}
	return turned;
}
