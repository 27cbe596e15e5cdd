import { beforeEach, describe, expect, test } from 'vitest';
import type { Question } from '$lib/lab/wire';
import { recordingOf } from '$lib/protocol/trace';
import { build, FakePage, SMALL, TALES } from './session';

let page: FakePage;
let files: { config: string; weights: ArrayBuffer };

beforeEach(async () => {
	page = await FakePage.with('cpu');
	files = await page.ask({ type: 'save' }, 'saved');
});

function open({ config, weights }: typeof files): Question {
	const rest = { settings: SMALL, source: TALES, step: 0, seed: 0 };
	return { type: 'open', name: 'file', config, weights, ...rest };
}

/** The present model's logits for a fixed text: they must stay whatever is refused. */
async function logits(): Promise<Float32Array> {
	const tokens = Int32Array.of(1, 2, 3);
	const pass = { tokens, points: ['logits' as const], interventions: [], chunk: null };
	const { trace } = await page.ask({ type: 'forward', pass }, 'trace');
	return recordingOf(trace, 'logits')!.data;
}

/** Changes the JSON of a config. */
const changed = (fields: object) =>
	JSON.stringify({ ...(JSON.parse(files.config) as object), ...fields });

describe('a file that is refused gets one sentence and leaves the present model alone', () => {
	test.each([
		['is cut off', () => ({ ...files, weights: files.weights.slice(0, 500) }), /cut off/],
		['is empty', () => ({ ...files, weights: new ArrayBuffer(0) }), /no safetensors file/],
		['has a config that is no JSON', () => ({ ...files, config: '{' }), /not JSON/],
		[
			'is of another architecture',
			() => ({ ...files, config: changed({ model_type: 'mistral' }) }),
			/“mistral”; what can be opened is Llama 4/
		],
		[
			'is too large for the page',
			() => ({ ...files, config: changed({ hidden_size: 5120, vocab_size: 200000 }) }),
			/too large for the page: about .* to run and .* to train/
		],
		[
			'has weights of other shapes than its config says',
			() => ({ ...files, config: changed({ intermediate_size: 4 }) }),
			/has the shape/
		],
		['holds NaN', () => ({ ...files, weights: withNaN(files.weights) }), /holds NaN/]
	])('that %s', async (_what, make, sentence) => {
		const before = await logits();
		const message = await page.refusal(open(make()));
		expect(message).toMatch(sentence);
		expect(message).toMatch(/^[^\n]+\.$/);
		expect(await logits()).toEqual(before);
	});
});

/** The file with NaN as the last number of its last tensor. */
function withNaN(weights: ArrayBuffer): ArrayBuffer {
	const copy = weights.slice(0);
	new DataView(copy).setFloat32(copy.byteLength - 4, NaN, true);
	return copy;
}

describe('a question that does not fit is refused in one sentence', () => {
	test('settings that do not fit together', async () => {
		expect(await page.refusal(build({ heads: 4, kvHeads: 3 }))).toMatch(/evenly/);
		expect(await page.refusal({ type: 'adjust', settings: { ...SMALL, topK: 5 } })).toMatch(
			/cannot visit 5 experts/
		);
	});

	test('no tokens, and tokens that the model does not know', async () => {
		const pass = { points: ['logits' as const], interventions: [], chunk: null };
		const ask = (...tokens: number[]): Question => ({
			type: 'forward',
			pass: { ...pass, tokens: Int32Array.from(tokens) }
		});
		expect(await page.refusal(ask())).toMatch(/nothing to read/);
		expect(await page.refusal(ask(1, 128))).toMatch(/no token 128/);
		expect(await page.refusal(ask(-1))).toMatch(/no token -1/);
	});

	test('an intervention that does not fit', async () => {
		const tokens = Int32Array.of(1, 2);
		const interventions = [{ kind: 'silenceExpert' as const, layer: 0, expert: 99 }];
		const pass = { tokens, points: ['logits' as const], interventions, chunk: null };
		expect(await page.refusal({ type: 'forward', pass })).toMatch(/cannot silence number 99 of 4/);
	});

	test('sampling out of range', async () => {
		const sampling = { temperature: -1 };
		const question = { tokens: Int32Array.of(1), count: 2, sampling, seed: 1 };
		expect(await page.refusal({ type: 'generate', ...question })).toMatch(/cannot write on/);
	});

	test('a task that there is none of', async () => {
		const source = { task: 'chess', text: null };
		const question = { settings: SMALL, source, name: 'new model', config: null };
		expect(await page.refusal({ type: 'build', ...question })).toMatch(/no task “chess”/);
	});

	test('anything before there is a model', async () => {
		const fresh = new FakePage();
		await fresh.boot('cpu');
		expect(await fresh.refusal({ type: 'save' })).toMatch(/no model yet/);
		expect(await fresh.refusal({ type: 'train', steps: 1, follow: false })).toMatch(/no model yet/);
	});
});
