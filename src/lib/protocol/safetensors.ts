/**
 * The file format of model weights: 8 bytes for the header's length (little-endian), a JSON header that
 * names every tensor, then the raw numbers.
 *
 * Source: https://github.com/huggingface/safetensors, README, “Format”.
 */
import { bfloat16Bits } from '$lib/math/halves';
import { decode, DTYPES, isDtype, type Dtype, type TensorData } from './dtypes';
import { FileProblem, isRecord, quoted, shortened } from './fileProblem';

export type { Dtype, TensorData } from './dtypes';

/** A tensor as it lies in a file. */
export interface FileTensor {
	/** How the file stores it. */
	dtype: Dtype;
	shape: readonly number[];
	/** Row-major. F16 and BF16 come as Float32Array. */
	data: TensorData;
}

/** Longest header that is read, in bytes; the limit of the format's own reader. */
const LONGEST_HEADER = 100_000_000;
const METADATA = '__metadata__';

interface Entry {
	name: string;
	dtype: Dtype;
	shape: number[];
	start: number;
	end: number;
}

/**
 * Reads a safetensors file. Every array is a copy, so unaligned offsets do no harm.
 *
 * @throws FileProblem for whatever is malformed; nothing else is ever thrown
 */
export function readSafetensors(bytes: Uint8Array): {
	/** In the order of their place in the file. */
	tensors: Map<string, FileTensor>;
	metadata: Record<string, string>;
} {
	const headerLength = readHeaderLength(bytes);
	const header = parseHeader(bytes.subarray(8, 8 + headerLength));
	const data = bytes.subarray(8 + headerLength);
	const entries = Object.entries(header)
		.filter(([name]) => name !== METADATA)
		.map(([name, entry]) => readEntry(name, entry))
		.sort((a, b) => a.start - b.start || a.end - b.end);
	checkPlaces(entries, data.length);
	const tensors = new Map(
		entries.map(({ name, dtype, shape, start, end }) => [
			name,
			{ dtype, shape, data: decode(dtype, new Uint8Array(data.subarray(start, end))) }
		])
	);
	return { tensors, metadata: readMetadata(header[METADATA]) };
}

function readHeaderLength(bytes: Uint8Array): number {
	if (bytes.length < 8) {
		throw new FileProblem(`This is no safetensors file: it has only ${bytes.length} bytes.`);
	}
	const view = new DataView(bytes.buffer, bytes.byteOffset, 8);
	const length = Number(view.getBigUint64(0, true));
	if (length > LONGEST_HEADER) {
		throw new FileProblem('This is no safetensors file: its first 8 bytes are no length.');
	}
	if (8 + length > bytes.length) {
		throw new FileProblem(
			`The file is cut off: its header should have ${length} bytes and has ${bytes.length - 8}.`
		);
	}
	return length;
}

function parseHeader(bytes: Uint8Array): Record<string, unknown> {
	let header: unknown;
	try {
		header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
	} catch {
		throw new FileProblem('The header of the file is damaged: it is not JSON.');
	}
	if (!isRecord(header)) {
		throw new FileProblem('The header of the file is damaged: it lists no tensors.');
	}
	return header;
}

function readEntry(name: string, entry: unknown): Entry {
	const shown = quoted(name);
	if (!isRecord(entry)) throw new FileProblem(`The header does not describe ${shown}.`);
	const { dtype, shape, data_offsets: offsets } = entry;
	if (!isDtype(dtype)) {
		const given = typeof dtype === 'string' ? shortened(dtype) : 'nothing that can be read';
		throw new FileProblem(
			`${shown} is stored as ${given}; what can be read is ${Object.keys(DTYPES).join(', ')}.`
		);
	}
	if (!isListOfCounts(shape)) throw new FileProblem(`${shown} has no readable shape.`);
	if (!isListOfCounts(offsets) || offsets.length !== 2) {
		throw new FileProblem(`${shown} has no readable place in the file.`);
	}
	const [start = 0, end = 0] = offsets;
	const needed = shape.reduce((product, axis) => product * axis, DTYPES[dtype]);
	if (end - start !== needed) {
		throw new FileProblem(
			`${shown} of shape [${shortened(shape.join(', '))}] needs ${needed} bytes as ${dtype}, but has ${end - start}.`
		);
	}
	return { name, dtype, shape, start, end };
}

/** Tensors in the order of their places must fill the data without overlap, hole or rest. */
function checkPlaces(entries: readonly Entry[], available: number): void {
	let place = 0;
	for (const { name, start, end } of entries) {
		const shown = quoted(name);
		if (end > available) {
			throw new FileProblem(
				`The file is cut off: ${shown} ends at byte ${end} of the data, which has ${available}.`
			);
		}
		if (start < place) throw new FileProblem(`${shown} overlaps the tensor before it.`);
		if (start > place) throw new FileProblem(`There are unnamed bytes before ${shown}.`);
		place = end;
	}
	if (place < available) {
		throw new FileProblem(`The file has ${available - place} bytes that belong to no tensor.`);
	}
}

function readMetadata(metadata: unknown): Record<string, string> {
	if (metadata === undefined) return {};
	if (!isRecord(metadata)) throw new FileProblem('The metadata of the file is damaged.');
	const texts = Object.entries(metadata).filter(
		(entry): entry is [string, string] => typeof entry[1] === 'string'
	);
	return Object.fromEntries(texts);
}

/**
 * One sentence on the first number that is NaN or infinite, or null if all are finite.
 */
export function checkFinite(tensors: ReadonlyMap<string, { data: TensorData }>): string | null {
	for (const [name, { data }] of tensors) {
		for (let i = 0; i < data.length; i++) {
			if (!Number.isFinite(data[i])) return `${quoted(name)} holds ${data[i]} at place ${i}.`;
		}
	}
	return null;
}

/** A tensor to be written; what type it was read as does not matter. */
export interface WritableTensor {
	shape: readonly number[];
	data: ArrayLike<number>;
}

/**
 * Writes a safetensors file. The same input always gives the same bytes.
 *
 * @param tensors written in the order given, all as `dtype`
 * @param metadata free texts; Hugging Face wants `format`
 * @throws FileProblem if the numbers of a tensor do not fill its shape
 */
export function writeSafetensors(
	tensors: ReadonlyMap<string, WritableTensor>,
	dtype: 'F32' | 'BF16' = 'F32',
	metadata: Readonly<Record<string, string>> = { format: 'pt' }
): Uint8Array<ArrayBuffer> {
	const { text, dataLength } = writeHeader(tensors, dtype, metadata);
	const headerLength = Math.ceil(text.length / 8) * 8;
	const bytes = new Uint8Array(8 + headerLength + dataLength).fill(0x20, 8, 8 + headerLength);
	const view = new DataView(bytes.buffer);
	view.setBigUint64(0, BigInt(headerLength), true);
	bytes.set(text, 8);
	let place = 8 + headerLength;
	for (const { data } of tensors.values()) {
		for (let i = 0; i < data.length; i++, place += DTYPES[dtype]) {
			const value = data[i] ?? 0;
			if (dtype === 'F32') view.setFloat32(place, value, true);
			else view.setUint16(place, bfloat16Bits(value), true);
		}
	}
	return bytes;
}

function writeHeader(
	tensors: ReadonlyMap<string, WritableTensor>,
	dtype: Dtype,
	metadata: Readonly<Record<string, string>>
): { text: Uint8Array; dataLength: number } {
	const entries: [string, unknown][] = [[METADATA, metadata]];
	let place = 0;
	for (const [name, { shape, data }] of tensors) {
		const size = shape.reduce((product, axis) => product * axis, 1);
		if (size !== data.length || name === METADATA) {
			throw new FileProblem(
				`${quoted(name)} of shape [${shape.join(', ')}] cannot hold ${data.length} numbers.`
			);
		}
		const end = place + size * DTYPES[dtype];
		entries.push([name, { dtype, shape, data_offsets: [place, end] }]);
		place = end;
	}
	const text = new TextEncoder().encode(JSON.stringify(Object.fromEntries(entries)));
	return { text, dataLength: place };
}

function isListOfCounts(value: unknown): value is number[] {
	return Array.isArray(value) && value.every((count) => Number.isSafeInteger(count) && count >= 0);
}
