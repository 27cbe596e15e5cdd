import '@tensorflow/tfjs-backend-webgl';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { readCase } from '../../scripts/golden/case';
import { compareCase } from '../../scripts/golden/compare';

const files = import.meta.glob<string>('./*/*.{json,safetensors}', {
	query: '?url',
	import: 'default',
	eager: true
});
const names = [...new Set(Object.keys(files).map((path) => path.split('/')[1]!))];

/** A file of a case, or null where the case has none. */
async function fetched(name: string, file: string): Promise<Response | null> {
	const url = files[`./${name}/${file}`];
	return url === undefined ? null : fetch(url);
}

async function bytesOf(name: string, file: string): Promise<Uint8Array | null> {
	const response = await fetched(name, `${file}.safetensors`);
	return response && new Uint8Array(await response.arrayBuffer());
}

test.each(names)(
	'%s is what the reference computed',
	async (name) => {
		tf.enableProdMode();
		expect(await tf.setBackend('webgl')).toBe(true);
		const config = await (await fetched(name, 'config.json'))!.text();
		const model = (await bytesOf(name, 'model'))!;
		const activations = (await bytesOf(name, 'activations'))!;
		const rest = { grads: await bytesOf(name, 'grads'), decode: await bytesOf(name, 'decode') };
		const before = tf.memory().numTensors;
		const rows = await compareCase(readCase({ name, config, model, activations, ...rest }));
		expect(rows.length).toBeGreaterThan(5);
		expect(rows.filter(({ isWithin }) => !isWithin)).toEqual([]);
		expect(tf.memory().numTensors - before, 'tensors left behind').toBe(0);
	},
	240_000
);
