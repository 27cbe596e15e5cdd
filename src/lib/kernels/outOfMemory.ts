/** There is no room for the numbers of a tensor. The message is one sentence for the visitor. */
export class OutOfMemory extends Error {
	override name = 'OutOfMemory';

	constructor() {
		super(
			'This needs more memory than the browser gives: ' +
				'make the model, its batch or its length smaller.'
		);
	}
}

/** The allocator of TensorFlow's WebAssembly module, which its own types leave out. */
export interface Allocator {
	_malloc: (bytes: number) => number;
}

/**
 * Makes an allocator throw where it has no room. By itself it answers 0, and TensorFlow.js takes that
 * for a place: whatever is written there overwrites other numbers. It then throws OutOfMemory.
 */
export function guardMemory(heap: Allocator): void {
	// TensorFlow's function puts another in its own place when it is first called.
	heap._malloc(4);
	const malloc = heap._malloc;
	heap._malloc = (bytes) => {
		const place = malloc(bytes);
		if (place === 0 && bytes > 0) throw new OutOfMemory();
		return place;
	};
}
