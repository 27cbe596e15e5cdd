import * as tf from '@tensorflow/tfjs-core';
import plainUrl from '@tensorflow/tfjs-backend-wasm/wasm-out/tfjs-backend-wasm.wasm?url';
import simdUrl from '@tensorflow/tfjs-backend-wasm/wasm-out/tfjs-backend-wasm-simd.wasm?url';
import { activate, BackendUnfit, type Started } from './backend';

/**
 * Starts WebAssembly, with vector instructions where the browser has them, from files of our own
 * origin. It runs on one thread: see docs/decisions/0003-tensorflow-in-node-and-wasm-threads.md.
 *
 * @throws BackendUnfit if the browser has no WebAssembly or the file does not arrive
 */
export async function startWasm(): Promise<Started> {
	if (typeof WebAssembly === 'undefined') {
		throw new BackendUnfit('this browser has no WebAssembly');
	}
	const { setWasmPaths } = await import('@tensorflow/tfjs-backend-wasm');
	setWasmPaths({
		'tfjs-backend-wasm.wasm': plainUrl,
		'tfjs-backend-wasm-simd.wasm': simdUrl,
		'tfjs-backend-wasm-threaded-simd.wasm': simdUrl
	});
	tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
	await activate('wasm');
	return { reason: 'it is the fastest way without one', threads: 1 };
}
