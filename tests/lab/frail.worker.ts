/** The engine, and a way for a test to take its graphics processor or its life. */
import '$lib/engine/engine.worker';
import type { MathBackendWebGL } from '@tensorflow/tfjs-backend-webgl';
import * as tf from '@tensorflow/tfjs-core';

declare const self: DedicatedWorkerGlobalScope & typeof globalThis;

interface DedicatedWorkerGlobalScope {
	addEventListener(type: 'message', listener: (event: MessageEvent) => void): void;
	close(): void;
}

self.addEventListener('message', ({ data }) => {
	if (data === 'close') self.close();
	if (data !== 'lose the graphics processor') return;
	const { gpgpu } = tf.backend() as MathBackendWebGL;
	gpgpu.gl.getExtension('WEBGL_lose_context')?.loseContext();
});
