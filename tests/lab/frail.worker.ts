/** The engine, and a way for a test to take its memory, its graphics processor or its life. */
import '$lib/engine/engine.worker';
import type { MathBackendWebGL } from '@tensorflow/tfjs-backend-webgl';
import * as tf from '@tensorflow/tfjs-core';

declare const self: typeof globalThis & {
	onmessage: (event: MessageEvent) => void;
	close(): void;
};

const obey = self.onmessage;

// The engine must not hear these words: it would end by itself on a command that it does not know.
self.onmessage = (event) => {
	switch (event.data) {
		case 'close':
			return self.close();
		case 'give no more memory':
			WebAssembly.Memory.prototype.grow = () => {
				throw new RangeError('no more memory');
			};
			return;
		case 'lose the graphics processor': {
			const { gpgpu } = tf.backend() as MathBackendWebGL;
			gpgpu.gl.getExtension('WEBGL_lose_context')?.loseContext();
			return;
		}
		default:
			obey(event);
	}
};
