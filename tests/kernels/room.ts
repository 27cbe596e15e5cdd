import type { Random } from '$lib/math/random';

/** What stands beside arrays and in new ones; as a float it is NaN. */
const CANARY = 0x7fabcdef;
/** Numbers that a room holds. */
const SIZE = 1 << 16;
/** Canaries after each array at the least. */
const GAP = 16;

/** Arrays in one buffer, at odd places and with canaries between them. */
export class Room {
	readonly #all: Int32Array;
	readonly #draw: Random;
	/** Starts and ends of the arrays. */
	readonly #edges: number[] = [];
	#next = 0;

	/** @param start byte of the buffer from which on it is free */
	constructor(buffer: ArrayBuffer, start: number, draw: Random) {
		this.#all = new Int32Array(buffer, start, SIZE);
		this.#draw = draw;
	}

	/** An array of whatever is in memory. */
	floats(count: number): Float32Array {
		const { buffer, byteOffset } = this.#take(count);
		return new Float32Array(buffer, byteOffset, count);
	}

	/** An array of normal numbers, `size` wide. */
	drawn(count: number, size = 1): Float32Array {
		const array = this.floats(count);
		for (let i = 0; i < count; i++) array[i] = size * this.#draw.normal();
		return array;
	}

	/** An array of whole numbers. */
	integers(values: readonly number[]): Int32Array {
		const array = this.#take(values.length);
		array.set(values);
		return array;
	}

	/** Whether nothing was written beside the arrays. */
	isWhole(): boolean {
		let at = 0;
		for (const [i, edge] of [...this.#edges, this.#next].entries()) {
			const isBeside = i % 2 === 0;
			for (; at < edge; at++) if (isBeside && this.#all[at] !== CANARY) return false;
		}
		return true;
	}

	#take(count: number): Int32Array {
		const from = this.#next + this.#draw.integer(4);
		const end = from + count;
		if (end + GAP > SIZE) throw new RangeError('the room is too small');
		this.#all.fill(CANARY, this.#next, end + GAP);
		this.#edges.push(from, end);
		this.#next = end + GAP;
		return this.#all.subarray(from, end);
	}
}
