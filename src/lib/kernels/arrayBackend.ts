import * as tf from '@tensorflow/tfjs-core';
import type { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { plainLoops, type Loops } from './loops';
import { guardMemory } from './outOfMemory';
import { vectorLoops, type WasmHeap } from './vectorLoops';

/** The backends whose numbers are arrays in memory. */
export const ARRAY_BACKENDS = ['cpu', 'wasm'] as const;

export type Numbers = Float32Array | Int32Array;

/** What a kernel on plain arrays needs from the backend whose arrays they are. */
export interface ArrayBackend {
	/** A new array of whatever is in memory. */
	readonly make: (shape: readonly number[], dtype: 'float32' | 'int32') => tf.TensorInfo;
	readonly free: (info: tf.TensorInfo) => void;
	/**
	 * A float32 array to be changed, which starts with the numbers of a tensor: its own where nobody
	 * else holds them, else a copy. The tensor is used up, though still to be disposed of.
	 */
	readonly take: (info: tf.TensorInfo) => tf.TensorInfo;
	/** The numbers of a tensor themselves, not a copy. */
	readonly view: (info: tf.TensorInfo) => Numbers;
	/** The inner loops, by the fastest way there is; they work on views or pieces of views. */
	readonly loops: Loops;
}

const known = new WeakMap<tf.KernelBackend, ArrayBackend>();

/** The arrays of TensorFlow's `cpu` or `wasm` backend, which is made fit for ours on the first call. */
export function arraysOf(backend: tf.KernelBackend): ArrayBackend {
	let arrays = known.get(backend);
	if (!arrays) {
		arrays = 'wasm' in backend ? wasmArrays(backend as BackendWasm) : cpuArrays(backend);
		known.set(backend, arrays);
	}
	return arrays;
}

function cpuArrays(backend: tf.KernelBackend): ArrayBackend {
	const cpu = backend as MathBackendCPU;
	const view = ({ dataId, dtype }: tf.TensorInfo) => {
		const { values } = cpu.data.get(dataId);
		// Tensors from ordinary lists of numbers keep them so.
		if (values instanceof Float32Array || values instanceof Int32Array) return values;
		const list = values as unknown as ArrayLike<number>;
		return dtype === 'int32' ? Int32Array.from(list) : Float32Array.from(list);
	};
	return {
		make: (shape, dtype) => {
			const size = tf.util.sizeFromShape([...shape]);
			const values = dtype === 'int32' ? new Int32Array(size) : new Float32Array(size);
			return cpu.makeTensorInfo([...shape], dtype, values);
		},
		free: (info) => cpu.disposeIntermediateTensorInfo(info),
		// Whoever made a tensor from an array, or read it, may hold that very array.
		take: (info) => cpu.makeTensorInfo(info.shape, 'float32', Float32Array.from(view(info))),
		view,
		loops: plainLoops
	};
}

/**
 * TensorFlow's clones on `wasm` are copies, and its gradients clone whatever they keep. Ours share
 * the numbers, as on its other backends.
 */
function shareClones(): void {
	tf.unregisterKernel('Identity', 'wasm');
	tf.registerKernel({
		kernelName: 'Identity',
		backendName: 'wasm',
		kernelFunc: ({ inputs, backend }) => {
			const { dataId, shape, dtype } = inputs.x!;
			(backend as BackendWasm).incRef(dataId);
			return { dataId, shape, dtype };
		}
	});
}

function wasmArrays(backend: BackendWasm): ArrayBackend {
	const heap = backend.wasm as unknown as WasmHeap;
	guardMemory(heap);
	shareClones();
	const view = (info: tf.TensorInfo) => backend.typedArrayFromHeap(info) as Numbers;
	return {
		make: (shape, dtype) => backend.makeOutput([...shape], dtype),
		free: ({ dataId }) => void backend.disposeData(dataId),
		take: (info) => {
			const { dataId, shape, dtype } = info;
			if (backend.refCount(dataId) === 1) {
				backend.incRef(dataId);
				return { dataId, shape, dtype };
			}
			const copy = backend.makeOutput(shape, 'float32');
			view(copy).set(view(info));
			return copy;
		},
		view,
		loops: vectorLoops(heap) ?? plainLoops
	};
}
