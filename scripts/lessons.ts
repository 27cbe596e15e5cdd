/**
 * Records what lessons show before their engine runs:
 *
 *     npm run lessons
 */
import '@tensorflow/tfjs-backend-wasm';
import '$lib/kernels/boot';
import { writeFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs-core';
import { recordRouter } from './lessons/router';

const FILE = 'src/routes/lessons/router/recorded.json';

tf.enableProdMode();
await tf.setBackend('wasm');
writeFileSync(FILE, `${JSON.stringify(await recordRouter())}\n`);
console.log(`wrote ${FILE}`);
