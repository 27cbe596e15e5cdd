import * as tf from '@tensorflow/tfjs-core';
import type { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { productLoop } from './productLoop';

export type Numbers = Float32Array | Int32Array;

/** What a kernel on plain arrays needs from the backend whose arrays they are. */
export interface ArrayBackend {
	/** A new array of whatever is in memory. */
	readonly make: (shape: readonly number[], dtype: 'float32' | 'int32') => tf.TensorInfo;
	readonly free: (info: tf.TensorInfo) => void;
	/** The numbers of a tensor themselves, not a copy. */
	readonly view: (info: tf.TensorInfo) => Numbers;
	/**
	 * `out[rows, columns] = a[rows, inner] · b[inner, columns]`, row-major, by the fastest way there
	 * is. The arrays are views or pieces of views.
	 */
	readonly product: (
		a: Float32Array,
		b: Float32Array,
		out: Float32Array,
		rows: number,
		inner: number,
		columns: number
	) => void;
	/** Whether an error says that memory moved and old views are dead: run again with new ones. */
	readonly hasMoved: (error: unknown) => boolean;
}

const known = new WeakMap<tf.KernelBackend, ArrayBackend>();

/** The arrays of TensorFlow's `cpu` or `wasm` backend. */
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
	return {
		make: (shape, dtype) => {
			const size = tf.util.sizeFromShape([...shape]);
			const values = dtype === 'int32' ? new Int32Array(size) : new Float32Array(size);
			return cpu.makeTensorInfo([...shape], dtype, values);
		},
		free: (info) => cpu.disposeIntermediateTensorInfo(info),
		view: ({ dataId, dtype }) => {
			const { values } = cpu.data.get(dataId);
			// Tensors from ordinary lists of numbers keep them so.
			if (values instanceof Float32Array || values instanceof Int32Array) return values;
			const list = values as unknown as ArrayLike<number>;
			return dtype === 'int32' ? Int32Array.from(list) : Float32Array.from(list);
		},
		product: productLoop,
		hasMoved: () => false
	};
}

/** The parts of the wasm backend's memory and code that we use; its own types leave them out. */
interface WasmHeap {
	readonly HEAPU8: Uint8Array;
	cwrap(
		name: string,
		returns: null,
		takes: readonly ('number' | 'array')[]
	): (...values: (number | Uint8Array)[]) => void;
}

/** The backend's product grew the heap: every view made before is cut off from it. */
class HeapMoved extends Error {}

/**
 * TensorFlow's own matrix product (XNNPACK) on pieces of the heap. It is fast only for two plain
 * matrices, so a kernel transposes first; see docs/decisions on the wasm backend's slow paths.
 */
function wasmArrays(backend: BackendWasm): ArrayBackend {
	const heap = backend.wasm as unknown as WasmHeap;
	const multiply = heap.cwrap('BatchMatMul', null, [
		...(['number', 'array', 'number'] as const), // a: id, shape, rank
		...(['number', 'array', 'number'] as const), // b
		...(['number', 'number', 'number'] as const) // transpose a, transpose b, id of out
	]);
	/** Names a piece of the heap; the product knows matrices by such names only. */
	const borrow = (piece: Float32Array) => {
		const { dataId } = backend.makeOutput([piece.length], 'float32', piece.byteOffset);
		return { dataId, id: backend.dataIdMap.get(dataId).id };
	};
	const giveBack = ({ dataId, id }: { dataId: object; id: number }) => {
		backend.wasm.tfjs.disposeData(id);
		backend.dataIdMap.delete(dataId);
	};
	const shapeBytes = (rows: number, columns: number) =>
		new Uint8Array(Int32Array.of(1, rows, columns).buffer);
	return {
		make: (shape, dtype) => backend.makeOutput([...shape], dtype),
		free: ({ dataId }) => void backend.disposeData(dataId),
		view: (info) => backend.typedArrayFromHeap(info) as Numbers,
		product: (a, b, out, rows, inner, columns) => {
			if (rows === 0) return;
			const { buffer } = heap.HEAPU8;
			const [aPiece, bPiece, outPiece] = [borrow(a), borrow(b), borrow(out)] as const;
			const [aShape, bShape] = [shapeBytes(rows, inner), shapeBytes(inner, columns)];
			multiply(aPiece.id, aShape, 3, bPiece.id, bShape, 3, 0, 0, outPiece.id);
			[aPiece, bPiece, outPiece].forEach(giveBack);
			if (heap.HEAPU8.buffer !== buffer) throw new HeapMoved('the heap moved');
		},
		hasMoved: (error) => error instanceof HeapMoved
	};
}
