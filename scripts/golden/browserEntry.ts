/** Compares cases inside a browser on WebGL. Bundled and driven by browser.ts. */
import '@tensorflow/tfjs-backend-webgl';
import * as tf from '@tensorflow/tfjs-core';
import { readCase } from './case';
import { compareCase } from './compare';
import type { GoldenRow } from './tally';

/** One case with its files as base64, which is what can be handed into a page. */
export type CaseText = Record<'name' | 'config' | 'model' | 'activations', string> &
	Record<'grads' | 'decode', string | null>;

const bytesOf = (text: string) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));

async function compareOnWebgl(texts: CaseText): Promise<GoldenRow[]> {
	tf.enableProdMode();
	if (!(await tf.setBackend('webgl'))) throw new Error('This browser has no WebGL.');
	if (!tf.env().getBool('WEBGL_RENDER_FLOAT32_CAPABLE')) {
		throw new Error('This WebGL computes with 16-bit numbers; the reference needs 32.');
	}
	const { name, config, model, activations, grads, decode } = texts;
	const rest = { grads: grads && bytesOf(grads), decode: decode && bytesOf(decode) };
	const golden = { name, config, model: bytesOf(model), activations: bytesOf(activations) };
	return compareCase(readCase({ ...golden, ...rest } as Parameters<typeof readCase>[0]));
}

Object.assign(globalThis, { compareOnWebgl });
