/**
 * Records what lessons show before their engine runs:
 *
 *     npm run lessons
 *     npm run lessons -- router
 */
import '@tensorflow/tfjs-backend-wasm';
import '$lib/kernels/boot';
import { writeFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs-core';
import { format, resolveConfig } from 'prettier';
import { recordWeights } from './lessons/coDistillation';
import { recordRipples } from './lessons/irope';
import { recordRouter } from './lessons/router';

const RECORDERS: Readonly<Record<string, () => Promise<unknown>>> = {
	irope: recordRipples,
	router: recordRouter,
	'co-distillation': recordWeights
};

tf.enableProdMode();
await tf.setBackend('wasm');
const asked = process.argv.slice(2);
for (const [lesson, record] of Object.entries(RECORDERS)) {
	if (asked.length > 0 && !asked.includes(lesson)) continue;
	const file = `src/routes/lessons/${lesson}/recorded.json`;
	const text = JSON.stringify(await record());
	writeFileSync(file, await format(text, { ...(await resolveConfig(file)), filepath: file }));
	console.log(`wrote ${file}`);
}
